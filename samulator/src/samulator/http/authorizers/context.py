"""Shows in the event who was let in, as each payload format has it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from samulator.http.authorizers.decision import Grant, GrantedBy

_TIMES = ("exp", "iat")


def http_api_context(grant: Grant, payload: str) -> dict[str, Any] | None:
    """Return requestContext.authorizer of an HTTP API's event; None without authorizer."""
    if grant.by is GrantedBy.NOTHING:
        return None
    if grant.by is GrantedBy.IAM:
        return {"iam": dict(grant.values)} if payload == "2.0" else None
    if grant.by is GrantedBy.LAMBDA:
        if payload == "2.0":
            return {"lambda": dict(grant.values)}
        principal = {} if grant.principal is None else {"principalId": grant.principal}
        return {**grant.values, **principal}
    claims = {name: http_api_claim(value) for name, value in grant.values.items()}
    said: dict[str, Any] = {"claims": claims, "scopes": grant.scopes}
    return {"jwt": said} if payload == "2.0" else said


def rest_api_context(grant: Grant, milliseconds: int) -> dict[str, Any] | None:
    """Return requestContext.authorizer of a REST API's event, its values as text.

    `milliseconds` is how long the authorizer took.
    """
    if grant.by is GrantedBy.NOTHING:
        return None
    if grant.by is GrantedBy.LAMBDA:
        values = {name: _text(value) for name, value in grant.values.items()}
        return {"principalId": grant.principal, "integrationLatency": milliseconds, **values}
    return {"claims": _pool_claims(grant.values)}


def http_api_claim(value: Any) -> str:  # noqa: ANN401 # JSON
    """Return a claim as HTTP APIs write it: lists in brackets, apart by spaces."""
    if isinstance(value, list):
        return f"[{' '.join(map(_text, value))}]"
    return _text(value)


def _pool_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """Lists apart by commas, times as Java writes them."""
    said = {}
    for name, value in claims.items():
        if name in _TIMES and isinstance(value, int | float):
            said[name] = f"{datetime.fromtimestamp(value, UTC):%a %b %d %H:%M:%S UTC %Y}"
        else:
            said[name] = ",".join(map(_text, value)) if isinstance(value, list) else _text(value)
    return said


def _text(value: Any) -> str:  # noqa: ANN401 # JSON
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
