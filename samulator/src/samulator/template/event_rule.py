"""Checks a rule that fits events: whether its pattern and its targets mean anything here."""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.event_pattern import InvalidPattern, read_pattern
from samulator.template.functions import find_function
from samulator.template.model import Function, Resource

_TARGETS = {"events", "kinesis", "lambda", "logs", "sns", "sqs", "states"}


def check_event_rule(resource: Resource, functions: Mapping[str, Function]) -> Iterator[str]:
    """Yield a line for each target that gets nothing here.

    Raises ValueError where no target does, or no event fits, or a function is not there.
    """
    pattern = resource.properties.get("EventPattern")
    if pattern is None:
        return
    try:
        read_pattern(pattern)
    except InvalidPattern as error:
        raise ValueError(f"EventPattern: {error}") from error
    targets = resource.properties.get("Targets") or []
    silent = [target for target in targets if _service(target) not in _TARGETS]
    if targets and len(silent) == len(targets):
        raise ValueError(_reason(silent[0]))
    for target in targets:
        if _service(target) == "lambda":
            find_function(target["Arn"], functions)
    yield from map(_reason, silent)


def _service(target: Mapping[str, Any]) -> str:
    arn = str(target["Arn"])
    if arn.count(":") < 5:
        return "lambda"
    service = arn.split(":")[2]
    return f"{service} api destinations" if ":api-destination/" in arn else service


def _reason(target: Mapping[str, Any]) -> str:
    return f"targets of {_service(target)} get nothing here"
