"""Reads identity sources: where in a request an authorizer finds who is calling.

https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
"""

from typing import Any
from urllib.parse import parse_qsl

from samulator.http.authorizers.decision import Asked


def identity_of(asked: Asked, sources: tuple[str, ...]) -> list[str] | None:
    """Return the value of each source; None where one is missing or empty."""
    values = [_value(asked, source) for source in sources]
    return None if not all(values) else [value for value in values if value]


def _value(asked: Asked, source: str) -> str | None:
    place, _, name = _split(source)
    if place == "header":
        return asked.request.header(name.lower())
    if place == "querystring":
        pairs = parse_qsl(asked.request.query, keep_blank_values=True)
        return dict(pairs).get(name)
    if place == "path":
        return (asked.event("1.0")["pathParameters"] or {}).get(name)
    if place == "stageVariables":
        return asked.place.stage_variables.get(name)
    return _in_context(asked, name)


def _split(source: str) -> tuple[str, str, str]:
    """The place and the name in method.request.header.X, $request.header.X, context.x and so on.

    WebSocket APIs say route.request.header.X.
    """
    text = source.removeprefix("$").removeprefix("method.").removeprefix("route.")
    text = text.removeprefix("request.")
    return text.partition(".")


def _in_context(asked: Asked, name: str) -> str | None:
    if name == "routeKey":
        return asked.route_key
    value: Any = asked.event("1.0")["requestContext"]
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return None if value is None else str(value)
