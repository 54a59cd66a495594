"""Reads what calls functions in a template but is a resource of its own, not a function's event."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from samulator.template.event_invoke_config import read_event_invoke_config
from samulator.template.events import Events, is_enabled, json_text, text_of
from samulator.template.model import Function, ScheduleTrigger, TemplateError
from samulator.template.queue_event import read_sqs_trigger
from samulator.template.resolve import Resolver

KINDS = (
    "AWS::Events::Rule",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Scheduler::Schedule",
)


class PlainTriggers:
    """Adds to `events` and `functions` what plain resources say; the rest is warned about.

    `queues` are the names of the template's queues by their ARNs.
    """

    def __init__(
        self, events: Events, functions: dict[str, Function], queues: Mapping[str, str]
    ) -> None:
        self._events = events
        self._functions = functions
        self._queues = queues
        readers = (
            self._read_rule,
            self._read_event_invoke_config,
            self._read_mapping,
            self._read_schedule,
        )
        self._readers: dict[str, Callable[[str, dict[str, Any]], None]] = dict(
            zip(KINDS, readers, strict=True)
        )

    def read(self, resources: Mapping[str, Any], resolver: Resolver) -> None:
        """What cannot be read here does no harm to the rest."""
        for name, resource in resources.items():
            reader = self._readers.get(resource["Type"])
            if reader is None:
                continue
            try:
                reader(name, resolver.resolve(resource.get("Properties") or {}, name) or {})
            except KeyError as error:
                self._warn(name, f"{resource['Type']} does not fire here: it lacks {error}")
            except (TemplateError, TypeError, ValueError, AttributeError) as error:
                self._warn(name, f"{resource['Type']} does not fire here: {error}")

    def _read_mapping(self, name: str, properties: dict[str, Any]) -> None:
        if not is_enabled(properties):
            return
        queue = self._queues.get(properties["EventSourceArn"])
        if queue is None:
            raise ValueError(f"{properties['EventSourceArn']} is no queue of this template")
        function = self._function(str(properties["FunctionName"]))
        trigger, warnings = read_sqs_trigger(function, queue, properties)
        self._events.sqs_triggers.append(trigger)
        for warning in warnings:
            self._warn(name, warning)

    def _read_rule(self, name: str, properties: dict[str, Any]) -> None:
        if not is_enabled(properties):
            return
        if "ScheduleExpression" not in properties:
            raise ValueError("it has no ScheduleExpression")
        for target in properties["Targets"]:
            if "InputPath" in target or "InputTransformer" in target:
                raise ValueError("a target's input is made of the event")
            self._events.schedules.append(
                ScheduleTrigger(
                    name=str(properties.get("Name", name)),
                    function=self._function(str(target["Arn"])),
                    expression=str(properties["ScheduleExpression"]),
                    input=json_text(target.get("Input")),
                    place=name,
                )
            )

    def _read_schedule(self, name: str, properties: dict[str, Any]) -> None:
        if not is_enabled(properties):
            return
        target = properties["Target"]
        self._events.schedules.append(
            ScheduleTrigger(
                name=str(properties.get("Name", name)),
                function=self._function(str(target["Arn"])),
                expression=str(properties["ScheduleExpression"]),
                input=json_text(target.get("Input")),
                event_bridge_rule=False,
                timezone=str(properties.get("ScheduleExpressionTimezone", "UTC")),
                group=str(properties.get("GroupName", "default")),
                start=text_of(properties, "StartDate"),
                end=text_of(properties, "EndDate"),
                place=name,
            )
        )

    def _read_event_invoke_config(self, name: str, properties: dict[str, Any]) -> None:
        function = self._function(str(properties["FunctionName"]))
        read = read_event_invoke_config(function, properties, lambda text: self._warn(name, text))
        self._functions[function] = replace(
            self._functions[function],
            maximum_retry_attempts=read.maximum_retry_attempts,
            maximum_event_age=read.maximum_event_age,
            on_success=read.on_success,
            on_failure=read.on_failure,
        )

    def _function(self, reference: str) -> str:
        """The logical id of a function by its name or ARN, with or without a version."""
        bare = reference.split(":function:")[-1].split(":")[0]
        for logical_id, function in self._functions.items():
            if bare == function.name:
                return logical_id
        raise ValueError(f"{reference} is no function of this template")

    def _warn(self, name: str, text: str) -> None:
        self._events.warnings.append(f"{name}: {text}")
