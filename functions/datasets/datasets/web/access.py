"""Who may: the scopes that API Gateway's JWT authorizer verified."""

from typing import Any

from datasets.errors import MissingScope, Unauthenticated

SCOPE = "datasets:read"


def require_scope(event: dict[str, Any], *, auth_required: bool) -> None:
    """Every call here reads. Raises Unauthenticated or MissingScope."""
    claims: Any = event
    for step in ("requestContext", "authorizer", "jwt", "claims"):
        claims = claims.get(step) if isinstance(claims, dict) else None
    if not isinstance(claims, dict) or not claims:
        if auth_required:
            raise Unauthenticated("The request carries no verified token.")
        return
    if SCOPE not in _scopes(claims.get("scope") or claims.get("scp")):
        raise MissingScope(f"The token lacks the scope {SCOPE}.")


def _scopes(granted: object) -> set[str]:
    """In `scope` (RFC 8693) or, of Okta and Entra ID, in `scp`; a list comes as `[a b]`.

    Cognito joins a resource server and its scope by a slash.
    """
    return set(granted.strip("[]").replace("/", ":").split()) if isinstance(granted, str) else set()
