"""What a client of a user pool may do: its flows, its secret, and the attributes that it writes.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito.occasion import client_of, client_of_token, flat

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoIdpUserPoolClient
    from moto.cognitoidp.responses import CognitoIdpResponse

_PASSWORD, _SRP, _CUSTOM = "USER_PASSWORD_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH"
_ADMIN = "ADMIN_USER_PASSWORD_AUTH"
# What each flow is called among the client's, and what a client without it is told. Tokens are
# refreshed by every client.
_FLOWS: Mapping[str, tuple[frozenset[str], str]] = {
    _PASSWORD: (
        frozenset((f"ALLOW_{_PASSWORD}", _PASSWORD)),
        f"{_PASSWORD} flow not enabled for this client",
    ),
    _SRP: (frozenset((f"ALLOW_{_SRP}",)), f"{_SRP} is not enabled for the client."),
    _CUSTOM: (
        frozenset((f"ALLOW_{_CUSTOM}", "CUSTOM_AUTH_FLOW_ONLY")),
        f"{_CUSTOM} is not enabled for the client.",
    ),
    **dict.fromkeys(
        (_ADMIN, "ADMIN_NO_SRP_AUTH"),
        (
            frozenset((f"ALLOW_{_ADMIN}", "ADMIN_NO_SRP_AUTH")),
            "Auth flow not enabled for this client",
        ),
    ),
}
_BY_DEFAULT = frozenset((f"ALLOW_{_SRP}", f"ALLOW_{_CUSTOM}"))
_AUTH, _CHALLENGE = "AuthParameters", "ChallengeResponses"
# Where an operation has the user and the hash; of its own parameters where it is None.
_HASHED: Mapping[str, str | None] = {
    **dict.fromkeys(("sign_up", "confirm_sign_up", "resend_confirmation_code"), None),
    **dict.fromkeys(("forgot_password", "confirm_forgot_password"), None),
    **dict.fromkeys(("initiate_auth", "admin_initiate_auth"), _AUTH),
    **dict.fromkeys(("respond_to_auth_challenge", "admin_respond_to_auth_challenge"), _CHALLENGE),
}


def keep_client_rules() -> None:
    """Have moto's user pools refuse what AWS refuses a client."""
    from moto.cognitoidp.responses import CognitoIdpResponse

    for name in (*_HASHED, "update_user_attributes"):
        keep = getattr(CognitoIdpResponse, name, None)
        if keep is not None:
            setattr(CognitoIdpResponse, name, _checked(name, keep))


def _checked(name: str, keep: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    def operation(request: "CognitoIdpResponse") -> ActionResult:
        if name == "update_user_attributes":
            client = client_of_token(request)
        else:
            client = client_of(request)
        if client is not None:
            _check_flow(client, request._get_param("AuthFlow"))
            if name in _HASHED:
                _check_secret(client, request, _HASHED[name])
            _check_written(client, flat(request._get_param("UserAttributes")))
        return keep(request)

    return operation


def _check_flow(client: "CognitoIdpUserPoolClient", flow: object) -> None:
    from moto.cognitoidp.exceptions import InvalidParameterException

    names, refusal = _FLOWS.get(str(flow), (None, ""))
    if names is not None and names.isdisjoint(_flows(client)):
        raise InvalidParameterException(refusal)


def _flows(client: "CognitoIdpUserPoolClient") -> frozenset[str]:
    """Those of a client; of the older names, one alone leaves out what none leaves in."""
    named = frozenset(client.extended_config.get("ExplicitAuthFlows") or ())
    is_older = not any(name.startswith("ALLOW_") for name in named)
    return named | _BY_DEFAULT if is_older and "CUSTOM_AUTH_FLOW_ONLY" not in named else named


def _check_secret(
    client: "CognitoIdpUserPoolClient", request: "CognitoIdpResponse", within: str | None
) -> None:
    from moto.cognitoidp.exceptions import NotAuthorizedError
    from moto.cognitoidp.utils import check_secret_hash

    if not client.generate_secret:
        return
    if within is None:
        user, given = request._get_param("Username"), request._get_param("SecretHash")
    else:
        told: Mapping[str, Any] = request._get_param(within) or {}
        user, given = told.get("USERNAME"), told.get("SECRET_HASH")
    if not given:
        raise NotAuthorizedError(
            f"Client {client.id} is configured with secret but SECRET_HASH was not received"
        )
    # Who refreshes names no user: moto takes the token's.
    if user and not check_secret_hash(client.secret, client.id, str(user), str(given)):
        raise NotAuthorizedError(f"Unable to verify secret hash for client {client.id}")


def _check_written(client: "CognitoIdpUserPoolClient", attributes: Mapping[str, str]) -> None:
    from moto.cognitoidp.exceptions import NotAuthorizedError
    from moto.cognitoidp.models import CognitoIdpUserPoolAttribute

    standard = {*CognitoIdpUserPoolAttribute.STANDARD_SCHEMA} - {"sub"}
    standard -= {"email_verified", "phone_number_verified"}
    writable = client.extended_config.get("WriteAttributes") or standard
    if not attributes.keys() <= {*writable}:
        raise NotAuthorizedError("A client attempted to write unauthorized attribute")
