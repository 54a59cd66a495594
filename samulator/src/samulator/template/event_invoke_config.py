"""Reads how a function's asynchronous invokes are tried and where their records go."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samulator.template.model import Destination, Function, Queue

_RETRIES = range(3)
_AGE_SECONDS = range(60, 21601)


@dataclass(frozen=True)
class EventInvokeConfig:
    """EventInvokeConfig of one function; age in seconds."""

    maximum_retry_attempts: int
    maximum_event_age: float
    on_success: Destination | None
    on_failure: Destination | None


def read_event_invoke_config(
    config: Mapping[str, Any], warn: Callable[[str], None]
) -> EventInvokeConfig:
    """`warn` is told what gets no record here, and what a deployment would refuse.

    Raises ValueError, TypeError and AttributeError where a value is of another kind.
    """

    def destination(outcome: str) -> Destination | None:
        declared = (config.get("DestinationConfig") or {}).get(f"On{outcome}")
        if declared is None:
            return None
        arn = str(declared.get("Destination") or "")
        if ":sqs:" in arn:
            return Destination("SQS", arn.rsplit(":", 1)[-1])
        if ":function:" in arn:
            return Destination("Lambda", arn.split(":function:")[1].split(":")[0])
        warn(f"the On{outcome} destination {arn} gets nothing here")
        return None

    retries = _number(config, "MaximumRetryAttempts", 2)
    age = _number(config, "MaximumEventAgeInSeconds", 21600)
    for key, value, allowed in (
        ("MaximumRetryAttempts", retries, _RETRIES),
        ("MaximumEventAgeInSeconds", age, _AGE_SECONDS),
    ):
        if value not in allowed:
            warn(f"AWS refuses this: {key} {value} is outside {allowed[0]}..{allowed[-1]}")
    return EventInvokeConfig(
        maximum_retry_attempts=retries,
        maximum_event_age=age,
        on_success=destination("Success"),
        on_failure=destination("Failure"),
    )


def unknown_destinations(
    functions: Mapping[str, Function], queues: Mapping[str, Queue]
) -> Iterator[str]:
    """A line for each destination that this template does not declare."""
    known = {
        "SQS": {queue.name for queue in queues.values()},
        "Lambda": {function.name for function in functions.values()},
    }
    for name, function in functions.items():
        for destination in (function.on_success, function.on_failure):
            if destination is not None and destination.name not in known[destination.kind]:
                kind = "queue" if destination.kind == "SQS" else "function"
                yield (
                    f"{name}.EventInvokeConfig: {kind} {destination.name} is not in this template "
                    "and gets nothing here"
                )


def _number(config: Mapping[str, Any], key: str, default: int) -> int:
    try:
        return int(config.get(key, default))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{key} {config[key]!r} is not a number") from error
