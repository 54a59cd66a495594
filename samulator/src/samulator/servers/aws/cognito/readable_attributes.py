"""What the tokens of a client say of a user: Cognito's defaults, where moto says nothing.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoIdpUserPool, CognitoIdpUserPoolClient

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
