"""What a trigger of a user pool gets, and what it may change of a token.

Shapes: Amazon Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
_SDK = "aws-sdk-unknown-unknown"
_GROUPS, _SCOPE = "cognito:groups", "scope"
_ID = "id"


@dataclass(frozen=True)
class Caller:
    """In which pool, by which of its clients and for whom something happens."""

    region: str
    pool_id: str
    user_name: str
    client_id: str = NO_CLIENT


def pool_event(
    source: str,
    caller: Caller,
    request: Mapping[str, Any],
    response: Mapping[str, Any],
    version: str = "1",
) -> dict[str, Any]:
    """Return the whole event; what is None in the request is left out."""
    return {
        "version": version,
        "triggerSource": source,
        "region": caller.region,
        "userPoolId": caller.pool_id,
        "userName": caller.user_name,
        "callerContext": {"awsSdkVersion": _SDK, "clientId": caller.client_id},
        "request": {name: value for name, value in request.items() if value is not None},
        "response": dict(response),
    }


def with_overrides(
    claims: Mapping[str, Any], response: Mapping[str, Any], token_use: str
) -> dict[str, Any]:
    """Return the claims of a token ("id" or "access") as PreTokenGeneration answers.

    Version 1 of its event changes ID tokens, version 2 both; groups count in both by either.
    """
    whole = response.get("claimsOverrideDetails") or {}
    if "claimsAndScopeOverrideDetails" in response:
        whole = response["claimsAndScopeOverrideDetails"] or {}
        told = whole.get(f"{token_use}TokenGeneration") or {}
    else:
        told = whole if token_use == _ID else {}
    changed = dict(claims)
    groups = (whole.get("groupOverrideDetails") or {}).get("groupsToOverride")
    if groups is not None:
        changed[_GROUPS] = groups
    changed |= told.get("claimsToAddOrOverride") or {}
    for name in told.get("claimsToSuppress") or ():
        changed.pop(name, None)
    if _SCOPE in changed:
        suppressed = told.get("scopesToSuppress") or ()
        scopes = [each for each in str(changed[_SCOPE]).split() if each not in suppressed]
        changed[_SCOPE] = " ".join([*scopes, *(told.get("scopesToAdd") or ())])
    return changed
