"""What a client is told of a user, by tokens and by GetUser, as Cognito does and moto does not.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito.occasion import client_of_token

if TYPE_CHECKING:
    from moto.cognitoidp.models import (
        CognitoIdpUserPool,
        CognitoIdpUserPoolClient,
    )
    from moto.cognitoidp.responses import CognitoIdpResponse

_VERIFIED: Final = ("email_verified", "phone_number_verified")


def let_clients_read() -> None:
    """Have clients without ReadAttributes read every standard attribute, as on AWS."""
    from moto.cognitoidp.models import (
        CognitoIdpUserPool,
        CognitoIdpUserPoolAttribute,
        CognitoIdpUserPoolClient,
    )

    schema = CognitoIdpUserPoolAttribute.STANDARD_SCHEMA
    standard = list(dict.fromkeys([*schema, *_VERIFIED]))
    keep = CognitoIdpUserPool.get_user_extra_data_by_client_id

    def readable_fields(client: "CognitoIdpUserPoolClient") -> list[str]:
        return client.extended_config.get("ReadAttributes") or standard

    def told(pool: "CognitoIdpUserPool", client_id: str, username: str) -> dict[str, Any]:
        claims = keep(pool, client_id, username)
        # The attribute is a text, the claim is not.
        for name in _VERIFIED:
            if name in claims:
                claims[name] = str(claims[name]).lower() == "true"
        return claims

    CognitoIdpUserPoolClient.get_readable_fields = readable_fields  # type: ignore[method-assign, assignment]
    CognitoIdpUserPool.get_user_extra_data_by_client_id = told  # type: ignore[method-assign, assignment]
    _let_get_user_tell_what_is_read()


def _let_get_user_tell_what_is_read() -> None:
    """Where a client names ReadAttributes, its access token reads these alone."""
    from moto.cognitoidp.responses import CognitoIdpResponse

    keep = CognitoIdpResponse.get_user

    def get_user(request: "CognitoIdpResponse") -> ActionResult:
        result = keep(request)
        answer: Any = result.result
        client = client_of_token(request)
        named = client.extended_config.get("ReadAttributes") if client is not None else None
        if named:
            answer["UserAttributes"] = [
                each for each in answer["UserAttributes"] if each["Name"] in ("sub", *named)
            ]
        return result

    CognitoIdpResponse.get_user = get_user  # type: ignore[method-assign, assignment]
