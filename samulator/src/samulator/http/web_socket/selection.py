"""Evaluates selection expressions: which route a message has.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
"""

import json
import re
from typing import Any

# An escaped dollar sign, or a variable, in braces or up to what no name has.
_VARIABLE = re.compile(r"\\\$|\$\{(?P<braced>[^}]*)\}|\$(?P<plain>[A-Za-z0-9_.-]+)")
_OF_THE_BODY = "request.body"


def select(expression: str, body: str) -> str | None:
    """Return the key that an expression makes of a message, e.g. "$request.body.action".

    None where a variable stands for nothing in it: a body that is no JSON, or has no such member.
    """
    if "$" not in expression.replace("\\$", ""):
        return expression.replace("\\$", "$")
    message = _loaded(body)
    is_missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal is_missing
        if found[0] == "\\$":
            return "$"
        said = _member(message, found["braced"] or found["plain"])
        is_missing = is_missing or said is None
        return said or ""

    key = _VARIABLE.sub(value, expression)
    return None if is_missing else key


def _loaded(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _member(message: object, path: str) -> str | None:
    """A member of the body; objects and lists are no keys."""
    name, _, rest = path.partition(_OF_THE_BODY)
    if name or not rest.startswith("."):
        return None
    value: Any = message
    for step in rest[1:].split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
