"""Event patterns: which events pass, in the language that EventBridge, SNS and Lambda share.

Rules: Amazon EventBridge User Guide, "Comparison operators for use in event patterns"; Amazon SNS
Developer Guide, "Amazon SNS subscription filter policies".
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from samulator.template.pattern_operator import (
    EVENT_BRIDGE,
    LAMBDA,
    MISSING,
    SNS,
    Dialect,
    InvalidPattern,
    read_operator,
)

__all__ = ["EVENT_BRIDGE", "LAMBDA", "SNS", "Dialect", "InvalidPattern", "Match", "read_pattern"]

# Tells whether an event matches.
Match = Callable[[Mapping[str, Any]], bool]


def read_pattern(pattern: object, dialect: Dialect = EVENT_BRIDGE) -> Match:
    """The pattern, as JSON has it or as its text. Raises InvalidPattern."""
    if isinstance(pattern, str):
        try:
            pattern = json.loads(pattern)
        except (ValueError, RecursionError) as error:
            raise InvalidPattern(f"{pattern!r} is not JSON") from error
    return _object(pattern, dialect)


def _object(pattern: object, dialect: Dialect) -> Match:
    if not isinstance(pattern, dict):
        raise InvalidPattern(f"{json.dumps(pattern)} is no object")
    parts = [_part(key, wanted, dialect) for key, wanted in pattern.items()]
    return lambda event: all(part(event) for part in parts)


def _part(key: str, wanted: object, dialect: Dialect) -> Match:
    if key == "$or" and isinstance(wanted, list):
        choices = [_object(choice, dialect) for choice in wanted]
        return lambda event: any(choice(event) for choice in choices)
    if isinstance(wanted, dict):
        inner = _object(wanted, dialect)
        return lambda event: any(
            inner(value if isinstance(value, dict) else {}) for value in _values(event, key)
        )
    if not isinstance(wanted, list) or not wanted:
        raise InvalidPattern(f"{key}: {json.dumps(wanted)} is neither an object nor a list")
    tests = [read_operator(key, one, dialect) for one in wanted]
    return lambda event: any(test(_values(event, key)) for test in tests)


def _values(event: Mapping[str, Any], key: str) -> list[Any]:
    """A list in an event matches by any of its values."""
    value = event.get(key, MISSING)
    return value if isinstance(value, list) and value else [value]
