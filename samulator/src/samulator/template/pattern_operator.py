"""The comparison operators of event patterns: what one entry of a pattern's list matches."""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# Tells whether the values of a field match; a field that is missing has MISSING alone.
Test = Callable[[list[Any]], bool]
_OfOne = Callable[[Any], bool]

MISSING = object()


class InvalidPattern(Exception):
    """The pattern is not one that the service takes; the message says which part."""


@dataclass(frozen=True)
class Dialect:
    """What a service takes of the language.

    `all_but` is how it takes `anything-but` of a list: all of its values have to be others, where
    else one is enough.
    """

    operators: frozenset[str]
    all_but: bool = False


_EVERYWHERE = frozenset(
    {"anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix"}
)
LAMBDA = Dialect(_EVERYWHERE)
EVENT_BRIDGE = Dialect(_EVERYWHERE | {"wildcard"})
SNS = Dialect(_EVERYWHERE | {"wildcard"}, all_but=True)

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda value, limit: value == limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}


def read_operator(key: str, wanted: object, dialect: Dialect) -> Test:
    """The test that `wanted` stands for: a value or one operator. Raises InvalidPattern."""
    if not isinstance(wanted, dict):
        return _any(lambda value: _is_equal(value, wanted))
    if len(wanted) == 1:
        ((name, argument),) = wanted.items()
        if name == "exists" and isinstance(argument, bool):
            return _any(lambda value: _is_leaf(value) == argument)
        if name in dialect.operators:
            is_negative = name == "anything-but"
            test = _anything_but(argument, dialect) if is_negative else _any_of(name, argument)
            if test is not None:
                return test
    raise InvalidPattern(f"{key}: {json.dumps(wanted)} is not understood here")


def _any(test: _OfOne) -> Test:
    return lambda values: any(test(value) for value in values)


def _any_of(name: str, argument: object) -> Test | None:
    test = _of_one(name, argument)
    return None if test is None else _any(test)


def _is_leaf(value: object) -> bool:
    return value is not MISSING and not isinstance(value, dict)


def _of_one(name: str, argument: object) -> _OfOne | None:
    """None where the operator does not take the argument."""
    if name == "numeric":
        return _numeric(argument)
    if name == "cidr":
        return _cidr(argument)
    if name in ("prefix", "suffix") and isinstance(argument, dict):
        folded = argument.get("equals-ignore-case")
        if len(argument) != 1 or not isinstance(folded, str):
            return None
        affix, fold = _TEXT_TESTS[name], folded.casefold()
        return lambda value: isinstance(value, str) and affix(value.casefold(), fold)
    if name not in _ON_TEXT or not isinstance(argument, str):
        return None
    if name == "wildcard":
        return _wildcard(argument)
    return lambda value: isinstance(value, str) and _TEXT_TESTS[name](value, argument)


_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "equals-ignore-case": lambda value, wanted: value.casefold() == wanted.casefold(),
}
_ON_TEXT = {*_TEXT_TESTS, "wildcard"}


def _wildcard(text: str) -> _OfOne | None:
    """`*` stands for any characters, `\\*` for itself; two of them in a row are refused."""
    parts = re.findall(r"\\[*\\]|[^\\]", text, re.DOTALL)
    if "".join(parts) != text or any(a == b == "*" for a, b in pairwise(parts)):
        return None
    pattern = re.compile(
        "".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), re.DOTALL
    )
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _cidr(argument: object) -> _OfOne | None:
    if not isinstance(argument, str):
        return None
    try:
        network = ipaddress.ip_network(argument, strict=False)
    except ValueError:
        return None

    def contains(value: object) -> bool:
        try:
            return isinstance(value, str) and ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return contains


def _anything_but(argument: object, dialect: Dialect) -> Test | None:
    """None where the argument is none of the documented kinds."""
    unwanted = _unwanted(argument, dialect)
    if unwanted is None:
        return None
    over: Callable[[Iterable[bool]], bool] = all if dialect.all_but else any
    return lambda values: over(value is not MISSING and not unwanted(value) for value in values)


def _unwanted(argument: object, dialect: Dialect) -> _OfOne | None:
    if isinstance(argument, dict):
        if len(argument) != 1:
            return None
        ((name, inner),) = argument.items()
        if name not in _ON_TEXT & dialect.operators:
            return None
        tests = [_of_one(name, one) for one in (inner if isinstance(inner, list) else [inner])]
        known = [test for test in tests if test is not None]
        if not known or len(known) < len(tests):
            return None
        return lambda value: any(test(value) for test in known)
    others = argument if isinstance(argument, list) else [argument]
    if not others or any(isinstance(other, dict | list) for other in others):
        return None
    return lambda value: any(_is_equal(value, other) for other in others)


def _numeric(argument: object) -> _OfOne | None:
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        return None
    pairs = list(zip(argument[::2], argument[1::2], strict=True))
    if not all(sign in _COMPARISONS and _is_number(limit) for sign, limit in pairs):
        return None
    return lambda value: (
        _is_number(value) and all(_COMPARISONS[sign](value, limit) for sign, limit in pairs)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_equal(value: object, wanted: object) -> bool:
    """Python takes True for 1, JSON does not."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
