"""Event patterns of FilterCriteria: which records a function gets.

Rules: AWS Lambda Developer Guide, "Filter rule syntax" and "Using event filtering with Amazon SQS".
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Any], bool]
# Tells whether a record matches.
Match = Callable[[Mapping[str, Any]], bool]

_MISSING = object()
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda value, limit: value == limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}


class InvalidPattern(Exception):
    """The pattern is not one that Lambda takes; the message says which part."""


def read_pattern(text: str) -> Match:
    """The pattern of an SQS record, whose `body` is compared as JSON or as text.

    A body of the other kind than the pattern's does not match. Raises InvalidPattern.
    """
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPattern(f"{text!r} is not JSON") from error
    match = _object(pattern)
    wants_object = isinstance(pattern.get("body"), dict)

    def matches(record: Mapping[str, Any]) -> bool:
        if "body" not in pattern:
            return match(record)
        body = _json_object(record["body"])
        if wants_object != (body is not None):
            return False
        return match({**record, "body": body} if wants_object else record)

    return matches


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _object(pattern: Any) -> Match:  # noqa: ANN401 - whatever the pattern says
    if not isinstance(pattern, dict):
        raise InvalidPattern(f"{json.dumps(pattern)} is no object")
    parts = [_part(key, wanted) for key, wanted in pattern.items()]
    return lambda record: all(part(record) for part in parts)


def _part(key: str, wanted: Any) -> Match:  # noqa: ANN401 - whatever the pattern says
    if key == "$or" and isinstance(wanted, list):
        choices = [_object(choice) for choice in wanted]
        return lambda record: any(choice(record) for choice in choices)
    if isinstance(wanted, dict):
        inner = _object(wanted)
        return lambda record: any(
            inner(value if isinstance(value, dict) else {}) for value in _values(record, key)
        )
    if not isinstance(wanted, list) or not wanted:
        raise InvalidPattern(f"{key}: {json.dumps(wanted)} is neither an object nor a list")
    tests = [_test(key, one) for one in wanted]
    return lambda record: any(test(value) for test in tests for value in _values(record, key))


def _values(record: Mapping[str, Any], key: str) -> list[Any]:
    """A list in a record matches by any of its values."""
    value = record.get(key, _MISSING)
    return value if isinstance(value, list) and value else [value]


def _test(key: str, wanted: Any) -> Test:  # noqa: ANN401 - whatever the pattern says
    if not isinstance(wanted, dict):
        return lambda value: _is_equal(value, wanted)
    if len(wanted) == 1:
        ((name, argument),) = wanted.items()
        if name == "anything-but":
            return _anything_but(argument)
        if name == "numeric" and (numeric := _numeric(argument)) is not None:
            return numeric
        if name == "exists" and isinstance(argument, bool):
            return lambda value: (value is not _MISSING) == argument
        if name in _OF_TEXT and isinstance(argument, str):
            return lambda value: isinstance(value, str) and _OF_TEXT[name](value, argument)
    raise InvalidPattern(f"{key}: {json.dumps(wanted)} is not understood here")


_OF_TEXT: dict[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "equals-ignore-case": lambda value, wanted: value.casefold() == wanted.casefold(),
}


def _anything_but(argument: Any) -> Test:  # noqa: ANN401 - whatever the pattern says
    if isinstance(argument, dict):
        inner = _test("anything-but", argument)
        return lambda value: value is not _MISSING and not inner(value)
    others = argument if isinstance(argument, list) else [argument]
    return lambda value: (
        value is not _MISSING and not any(_is_equal(value, other) for other in others)
    )


def _numeric(argument: Any) -> Test | None:  # noqa: ANN401 - whatever the pattern says
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        return None
    pairs = list(zip(argument[::2], argument[1::2], strict=True))
    if not all(sign in _COMPARISONS and _is_number(limit) for sign, limit in pairs):
        return None
    return lambda value: (
        _is_number(value) and all(_COMPARISONS[sign](value, limit) for sign, limit in pairs)
    )


def _is_number(value: Any) -> bool:  # noqa: ANN401 - whatever a record holds
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_equal(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - whatever a record holds
    """Python takes True for 1, JSON does not."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
