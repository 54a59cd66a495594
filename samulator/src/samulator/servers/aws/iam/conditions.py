"""Condition elements of a policy statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from samulator.servers.aws.iam.wildcards import fits
from samulator.template.model import Value

_Test = Callable[[str, str], bool]
_MISSING_IS_TRUE = "IfExists"
# Keys of which this machine knows also that a call has none.
_ALWAYS_KNOWN = ("aws:", "s3:x-amz-")


def holds(
    conditions: Mapping[str, Mapping[str, Value]],
    context: Mapping[str, tuple[str, ...]],
    *,
    unknown: bool,
) -> bool:
    """Whether all conditions hold; one on a key that this machine has no value of is `unknown`.

    Raises ValueError for an operator that IAM has not.
    """
    return all(
        _one(operator, key.lower(), _texts(wanted), context, unknown=unknown)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _one(
    operator: str,
    key: str,
    wanted: Sequence[str],
    context: Mapping[str, tuple[str, ...]],
    *,
    unknown: bool,
) -> bool:
    quantifier, _, name = operator.rpartition(":")
    plain = name.removesuffix(_MISSING_IS_TRUE)
    if plain == "Null":
        return (key not in context) is (wanted[0].lower() == "true")
    negated = plain.startswith(("StringNot", "NumericNot", "DateNot", "NotIp", "ArnNot"))
    if key not in context:
        if key.startswith(_ALWAYS_KNOWN):
            return negated or name.endswith(_MISSING_IS_TRUE)
        return unknown
    test = _test_of(plain.replace("Not", "", 1) if negated else plain)
    found = [any(test(value, want) for want in wanted) is not negated for value in context[key]]
    return all(found) if quantifier.lower() == "forallvalues" else any(found)


def _test_of(operator: str) -> _Test:
    if operator not in _TESTS:
        raise ValueError(f"{operator} is no condition operator of IAM")
    return _TESTS[operator]


def _number(compare: Callable[[float, float], bool]) -> _Test:
    return lambda value, wanted: compare(float(value), float(wanted))


def _date(compare: Callable[[datetime, datetime], bool]) -> _Test:
    return lambda value, wanted: compare(_moment(value), _moment(wanted))


def _moment(text: str) -> datetime:
    if re.fullmatch(r"\d+", text):
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(value: str, wanted: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)


_TESTS: Mapping[str, _Test] = {
    "ArnEquals": lambda value, wanted: fits(wanted, value),
    "ArnLike": lambda value, wanted: fits(wanted, value),
    "BinaryEquals": lambda value, wanted: value == wanted,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "DateEquals": _date(lambda value, wanted: value == wanted),
    "DateGreaterThan": _date(lambda value, wanted: value > wanted),
    "DateGreaterThanEquals": _date(lambda value, wanted: value >= wanted),
    "DateLessThan": _date(lambda value, wanted: value < wanted),
    "DateLessThanEquals": _date(lambda value, wanted: value <= wanted),
    "IpAddress": _in_network,
    "NumericEquals": _number(lambda value, wanted: value == wanted),
    "NumericGreaterThan": _number(lambda value, wanted: value > wanted),
    "NumericGreaterThanEquals": _number(lambda value, wanted: value >= wanted),
    "NumericLessThan": _number(lambda value, wanted: value < wanted),
    "NumericLessThanEquals": _number(lambda value, wanted: value <= wanted),
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: fits(wanted, value),
}


def _texts(value: Value) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in listed]
