"""Reads how a function's asynchronous invokes are tried and where their records go."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from samulator.template.model import Destination, Function, InvokeConfig, Resource
from samulator.template.reference import LATEST

_RETRIES = range(3)
_AGE_SECONDS = range(60, 21601)


_TYPES = {
    "EventBridge": "AWS::Events::EventBus",
    "Lambda": "AWS::Lambda::Function",
    "S3": "AWS::S3::Bucket",
    "SNS": "AWS::SNS::Topic",
    "SQS": "AWS::SQS::Queue",
}
_WORDS = {
    "EventBridge": "event bus",
    "Lambda": "function",
    "S3": "bucket",
    "SNS": "topic",
    "SQS": "queue",
}
# Of a dead-letter queue these alone.
_DEAD_LETTERS = ("SQS", "SNS")
# Whatever a template declares.
_ALWAYS_THERE = {"EventBridge": {"default"}}


def read_event_invoke_config(
    config: Mapping[str, Any], warn: Callable[[str], None]
) -> InvokeConfig:
    """`warn` is told what gets no record here, and what a deployment would refuse.

    Raises ValueError, TypeError and AttributeError where a value is of another kind.
    """

    def destination(outcome: str) -> Destination | None:
        declared = (config.get("DestinationConfig") or {}).get(f"On{outcome}")
        if declared is None:
            return None
        found = Destination(str(declared.get("Destination") or ""))
        if found.kind in _TYPES and not (found.kind == "S3" and outcome == "Success"):
            return found
        warn(f"the On{outcome} destination {found.arn} gets nothing here")
        return None

    retries = _number(config, "MaximumRetryAttempts", 2)
    age = _number(config, "MaximumEventAgeInSeconds", 21600)
    for key, value, allowed in (
        ("MaximumRetryAttempts", retries, _RETRIES),
        ("MaximumEventAgeInSeconds", age, _AGE_SECONDS),
    ):
        if value not in allowed:
            warn(f"AWS refuses this: {key} {value} is outside {allowed[0]}..{allowed[-1]}")
    return InvokeConfig(
        maximum_retry_attempts=retries,
        maximum_event_age=age,
        on_success=destination("Success"),
        on_failure=destination("Failure"),
    )


def with_invoke_config(function: Function, qualifier: str, config: InvokeConfig) -> Function:
    """The function with one more of its configurations.

    That of $LATEST is for all invokes that name no other; triggers here name none, so that the
    first of an alias stands in where there is none of $LATEST.
    """
    configs = {**function.alias_configs, qualifier: config}
    usual = configs.get(LATEST) or next(iter(configs.values()))
    return replace(
        function,
        maximum_retry_attempts=usual.maximum_retry_attempts,
        maximum_event_age=usual.maximum_event_age,
        on_success=usual.on_success,
        on_failure=usual.on_failure,
        alias_configs=configs,
    )


def read_dead_letter(function: Resource) -> Destination | None:
    """DeadLetterConfig of a function. Raises ValueError for what is neither queue nor topic."""
    declared = function.properties.get("DeadLetterConfig") or {}
    if not declared.get("TargetArn"):
        return None
    found = Destination(str(declared["TargetArn"]))
    if found.kind not in _DEAD_LETTERS:
        raise ValueError(f"{found.arn} is neither a queue nor a topic")
    return found


def unknown_destinations(
    functions: Mapping[str, Function], resources: Mapping[str, Resource]
) -> Iterator[str]:
    """A line for each destination that this template does not declare."""
    for name, function in functions.items():
        configs = (function.invoke_config(None), *function.alias_configs.values())
        named = {each for config in configs for each in (config.on_success, config.on_failure)}
        for destination in sorted(filter(None, named), key=lambda each: each.arn):
            if not _is_there(destination, resources):
                yield f"{name}.EventInvokeConfig: {_nobody(destination)}"
        if function.dead_letter is not None and not _is_there(function.dead_letter, resources):
            yield f"{name}.DeadLetterConfig: {_nobody(function.dead_letter)}"


def _nobody(destination: Destination) -> str:
    what = f"{_WORDS[destination.kind]} {destination.name}"
    return f"{what} is not in this template and gets nothing here"


def _is_there(destination: Destination, resources: Mapping[str, Resource]) -> bool:
    kind = _TYPES[destination.kind]
    declared = {each.name for each in resources.values() if each.type == kind}
    return destination.name in declared | _ALWAYS_THERE.get(destination.kind, set())


def _number(config: Mapping[str, Any], key: str, default: int) -> int:
    try:
        return int(config.get(key, default))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{key} {config[key]!r} is not a number") from error
