"""Reads schedules: rules of EventBridge with an expression, and EventBridge Scheduler's."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from samulator.template.model import Function, Resource, ScheduleTrigger, Value
from samulator.template.rule_target import API_DESTINATION, service_of, target_function, why_silent

RULE, SCHEDULE = "AWS::Events::Rule", "AWS::Scheduler::Schedule"
# What a schedule calls here, by the service in its ARN.
_SCHEDULER_TARGETS = {
    *("events", "execute-api", "firehose", "kinesis", "lambda", "scheduler", "sns", "sqs"),
    "states",
}
_RULE_TARGETS = {*_SCHEDULER_TARGETS, API_DESTINATION, "logs"}
_NO_DESTINATION = (
    "rules alone call API destinations, EventBridge Scheduler does not: have it send to an event "
    "bus whose rule calls it"
)


def read_rule(resource: Resource, functions: Mapping[str, Function]) -> Iterator[ScheduleTrigger]:
    """Yield a trigger for each target of a rule with a ScheduleExpression; others fit events.

    Raises KeyError, TypeError, ValueError and AttributeError at what cannot fire here.
    """
    properties = resource.properties
    if not is_enabled(properties) or "ScheduleExpression" not in properties:
        return
    if not properties.get("Targets"):
        raise ValueError("it has no target")
    for target in properties["Targets"]:
        function, other = _target(target, functions, _RULE_TARGETS)
        yield ScheduleTrigger(
            name=resource.name,
            function=function,
            expression=str(properties["ScheduleExpression"]),
            input=_json_text(target.get("Input")),
            place=resource.place,
            target=other,
        )


def read_schedule(resource: Resource, functions: Mapping[str, Function]) -> ScheduleTrigger | None:
    """Return the trigger of an AWS::Scheduler::Schedule, None where it is disabled.

    Raises KeyError, TypeError, ValueError and AttributeError at what cannot fire here.
    """
    properties = resource.properties
    if not is_enabled(properties):
        return None
    target = properties["Target"]
    function, other = _target(target, functions, _SCHEDULER_TARGETS)
    return ScheduleTrigger(
        name=resource.name,
        function=function,
        expression=str(properties["ScheduleExpression"]),
        input=_json_text(target.get("Input")),
        event_bridge_rule=False,
        timezone=str(properties.get("ScheduleExpressionTimezone", "UTC")),
        group=str(properties.get("GroupName", "default")),
        start=_text_of(properties, "StartDate"),
        end=_text_of(properties, "EndDate"),
        place=resource.place,
        target=other,
    )


def _target(
    target: Mapping[str, Any], functions: Mapping[str, Function], served: Collection[str]
) -> tuple[str, Mapping[str, Any]]:
    """The function, by its logical id, or "" and what else is named; the target as it is written.

    A function's is left out unless its input is made of the event.
    """
    if service_of(target) == API_DESTINATION and API_DESTINATION not in served:
        raise ValueError(_NO_DESTINATION)
    reason = why_silent(target, served)
    if reason is not None:
        raise ValueError(reason)
    if service_of(target) == "lambda":
        is_made = "InputPath" in target or "InputTransformer" in target
        return target_function(target, functions), dict(target) if is_made else {}
    return "", dict(target)


def is_enabled(properties: Mapping[str, Any]) -> bool:
    """Whether a rule, a schedule or a mapping fires at all."""
    enabled = str(properties.get("Enabled", "true")).lower() == "true"
    return enabled and properties.get("State", "ENABLED") != "DISABLED"


def _json_text(value: Value) -> str | None:
    """The text of an Input; what is no text in the template is the JSON that it stands for."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _text_of(properties: Mapping[str, Any], key: str) -> str | None:
    return str(properties[key]) if key in properties else None
