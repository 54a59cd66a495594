"""Checks a rule that fits events: whether its pattern and its targets mean anything here."""

from collections.abc import Iterator, Mapping

from samulator.template.event_pattern import InvalidPattern, read_pattern
from samulator.template.model import Function, Resource
from samulator.template.rule_target import service_of, target_function, why_silent

_TARGETS = {
    *("api destinations", "events", "execute-api", "firehose", "kinesis", "lambda", "logs", "sns"),
    *("sqs", "states"),
}


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
    reasons = [why_silent(target, _TARGETS) for target in targets]
    if None not in reasons:
        raise ValueError(reasons[0] if reasons else "it has no target")
    for target in targets:
        if service_of(target) == "lambda":
            target_function(target, functions)
    yield from filter(None, reasons)
