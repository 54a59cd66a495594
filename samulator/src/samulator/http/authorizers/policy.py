"""Reads the policy that a Lambda authorizer returned.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

import re
from typing import Any

_INVOKE = "execute-api:Invoke"


class InvalidPolicy(Exception):
    """The authorizer returned no policy; the message says what is wrong with it."""


def evaluate(document: object, method_arn: str) -> bool | None:
    """Return True where the policy allows `method_arn`, False where it denies it expressly.

    None where it says nothing of it, which is no permission. Conditions are taken to hold.
    Raises InvalidPolicy.
    """
    if not isinstance(document, dict) or "Statement" not in document:
        raise InvalidPolicy("policyDocument has no Statement")
    statements = _list(document["Statement"])
    effects = {_effect(each) for each in statements if _is_about(each, method_arn)}
    if "Deny" in effects:
        return False
    return True if "Allow" in effects else None


def _effect(statement: dict[str, Any]) -> str:
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise InvalidPolicy(f"Effect is {effect!r}, not Allow or Deny")
    return str(effect)


def _is_about(statement: object, method_arn: str) -> bool:
    if not isinstance(statement, dict):
        raise InvalidPolicy("a statement of policyDocument is no object")
    return _matches(statement, "Action", _INVOKE, re.IGNORECASE) and _matches(
        statement, "Resource", method_arn
    )


def _matches(
    statement: dict[str, Any], key: str, value: str, flags: re.RegexFlag = re.NOFLAG
) -> bool:
    if (but := statement.get(f"Not{key}")) is not None:
        return not any(_pattern(each, flags).fullmatch(value) for each in _list(but))
    if key not in statement:
        raise InvalidPolicy(f"a statement of policyDocument has no {key}")
    return any(_pattern(each, flags).fullmatch(value) for each in _list(statement[key]))


def _pattern(text: object, flags: re.RegexFlag) -> re.Pattern[str]:
    """IAM's wildcards, which pass over slashes."""
    expression = re.escape(str(text)).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(expression, flags | re.DOTALL)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
