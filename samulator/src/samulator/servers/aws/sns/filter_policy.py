"""Filter policies: which messages of a topic a subscription gets.

Rules: Amazon SNS Developer Guide, "Amazon SNS subscription filter policies".
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.sns.exceptions import SNSInvalidParameter

from samulator.template.event_pattern import SNS, InvalidPattern, read_pattern

_MOST_KEYS = 5
_MOST_COMBINATIONS = 150
BODY = "MessageBody"


def check_policy(policy: Mapping[str, Any], scope: str | None) -> None:
    """Raises SNSInvalidParameter for what SNS does not take."""
    if scope != BODY and any(isinstance(wanted, dict) for wanted in policy.values()):
        raise SNSInvalidParameter(
            "Invalid parameter: Filter policy scope MessageAttributes does not support nested "
            "filter policy"
        )
    if len(policy) > _MOST_KEYS:
        raise SNSInvalidParameter(
            f"Invalid parameter: FilterPolicy: Filter policy can not have more than {_MOST_KEYS} "
            "keys"
        )
    if _combinations(policy) > _MOST_COMBINATIONS:
        raise SNSInvalidParameter("Invalid parameter: FilterPolicy: Filter policy is too complex")
    try:
        read_pattern(dict(policy), SNS)
    except InvalidPattern as error:
        raise SNSInvalidParameter(f"Invalid parameter: FilterPolicy: {error}") from error


def accepts(
    policy: Mapping[str, Any],
    scope: str | None,
    message: str,
    attributes: Mapping[str, Mapping[str, Any]],
) -> bool:
    """Whether the message passes a policy that `check_policy` took."""
    matches = read_pattern(dict(policy), SNS)
    if scope != BODY:
        return matches({name: _value(attribute) for name, attribute in attributes.items()})
    try:
        body = json.loads(message)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and matches(body)


def _value(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401 - text, a number or a list
    kind, value = attribute["Type"], attribute["Value"]
    if kind == "Number":
        return float(value)
    if kind == "String.Array":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    # Binary ones match nothing but `exists`.
    return value if kind.startswith("String") else None


def _combinations(policy: Mapping[str, Any], depth: int = 1) -> int:
    """The values of each key times its depth, all multiplied."""
    product = 1
    for key, wanted in policy.items():
        if isinstance(wanted, dict):
            product *= _combinations(wanted, depth + 1)
        elif key == "$or" and isinstance(wanted, list):
            choices = [choice for choice in wanted if isinstance(choice, dict)]
            product *= sum(_combinations(choice, depth) for choice in choices) or 1
        elif isinstance(wanted, list):
            product *= len(wanted) * depth
    return product
