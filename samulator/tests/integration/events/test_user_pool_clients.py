"""Clients of user pools sign in by their flows, with their secrets, and write what they may."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from testkit.event_app import EventApp

PASSWORD = "Secret-12345"
CUSTOM = {"Name": "plan", "AttributeDataType": "String", "Mutable": True}


def client_of(app: EventApp, **options: Any) -> tuple[str, Mapping[str, Any]]:
    """A pool with one user, and a client of it."""
    cognito = app.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"p-{uuid4().hex}", Schema=[CUSTOM])["UserPool"]["Id"]
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c", **options)
    cognito.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True
    )
    return pool, made["UserPoolClient"]


def sign_in(app: EventApp, pool: str, client: str, flow: str, **told: str) -> Any:
    cognito = app.client("cognito-idp")
    asked = {"AuthFlow": flow, "ClientId": client}
    asked |= {"AuthParameters": {"USERNAME": "ann", "PASSWORD": PASSWORD, "SRP_A": "a", **told}}
    if flow.startswith("ADMIN"):
        return cognito.admin_initiate_auth(UserPoolId=pool, **asked)
    return cognito.initiate_auth(**asked)


def secret_hash(client: Mapping[str, Any], name: str) -> str:
    text = f"{name}{client['ClientId']}".encode()
    digest = hmac.digest(client["ClientSecret"].encode(), text, hashlib.sha256)
    return base64.b64encode(digest).decode()


def refused(call: Any, *given: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(*given, **named)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("flows", "flow", "refusal"),
    [
        ([], "USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH flow not enabled for this client"),
        (
            ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "USER_PASSWORD_AUTH",
            "USER_PASSWORD_AUTH flow not enabled for this client",
        ),
        (
            ["ALLOW_USER_PASSWORD_AUTH"],
            "ADMIN_USER_PASSWORD_AUTH",
            "Auth flow not enabled for this client",
        ),
        (
            ["ALLOW_USER_PASSWORD_AUTH"],
            "USER_SRP_AUTH",
            "USER_SRP_AUTH is not enabled for the client.",
        ),
        (["ALLOW_USER_SRP_AUTH"], "CUSTOM_AUTH", "CUSTOM_AUTH is not enabled for the client."),
    ],
)
def test_a_flow_that_the_client_does_not_name_is_refused(
    app: EventApp, flows: list[str], flow: str, refusal: str
) -> None:
    pool, client = client_of(app, **({"ExplicitAuthFlows": flows} if flows else {}))
    told = refused(sign_in, app, pool, client["ClientId"], flow)
    assert told == ("InvalidParameterException", refusal)


@pytest.mark.parametrize(
    ("flows", "flow"),
    [
        ([], "USER_SRP_AUTH"),
        (["ALLOW_USER_PASSWORD_AUTH"], "USER_PASSWORD_AUTH"),
        (["USER_PASSWORD_AUTH"], "USER_SRP_AUTH"),
        (["ADMIN_NO_SRP_AUTH"], "ADMIN_USER_PASSWORD_AUTH"),
        (["ALLOW_ADMIN_USER_PASSWORD_AUTH"], "ADMIN_NO_SRP_AUTH"),
    ],
)
def test_a_flow_that_the_client_has_by_name_or_by_default_goes_on(
    app: EventApp, flows: list[str], flow: str
) -> None:
    pool, client = client_of(app, **({"ExplicitAuthFlows": flows} if flows else {}))
    answer = sign_in(app, pool, client["ClientId"], flow)
    assert answer.get("ChallengeName") == "PASSWORD_VERIFIER" or answer["AuthenticationResult"]


def test_a_client_with_a_secret_proves_it(app: EventApp) -> None:
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    pool, client = client_of(app, GenerateSecret=True, ExplicitAuthFlows=flows)
    name, cognito = client["ClientId"], app.client("cognito-idp")
    new = {"ClientId": name, "Username": "bob", "Password": PASSWORD}

    lacking = f"Client {name} is configured with secret but SECRET_HASH was not received"
    wrong = f"Unable to verify secret hash for client {name}"
    by_password = (sign_in, app, pool, name, flows[0].removeprefix("ALLOW_"))
    assert refused(*by_password) == ("NotAuthorizedException", lacking)
    assert refused(*by_password, SECRET_HASH="no") == ("NotAuthorizedException", wrong)
    assert refused(cognito.sign_up, **new) == ("NotAuthorizedException", lacking)

    answer = sign_in(*by_password[1:], SECRET_HASH=secret_hash(client, "ann"))
    assert answer["AuthenticationResult"]["IdToken"]
    again = {"REFRESH_TOKEN": answer["AuthenticationResult"]["RefreshToken"]}
    again["SECRET_HASH"] = secret_hash(client, "ann")
    assert cognito.initiate_auth(
        ClientId=name, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=again
    )["AuthenticationResult"]["IdToken"]
    cognito.sign_up(**new, SecretHash=secret_hash(client, "bob"))


def test_a_client_writes_standard_attributes_or_those_that_it_names(app: EventApp) -> None:
    cognito = app.client("cognito-idp")
    plan, mail = {"Name": "custom:plan", "Value": "a"}, {"Name": "email", "Value": "a@b.example"}
    refusal = ("NotAuthorizedException", "A client attempted to write unauthorized attribute")
    for named, taken, left in (({}, mail, plan), ({"WriteAttributes": [plan["Name"]]}, plan, mail)):
        flows = ["ALLOW_USER_PASSWORD_AUTH"]
        pool, made = client_of(app, ExplicitAuthFlows=flows, **named)
        client = made["ClientId"]
        new = {"ClientId": client, "Username": "bob", "Password": PASSWORD}
        answer = sign_in(app, pool, client, "USER_PASSWORD_AUTH")["AuthenticationResult"]
        own = {"AccessToken": answer["AccessToken"]}

        assert refused(cognito.sign_up, **new, UserAttributes=[left]) == refusal
        assert refused(cognito.update_user_attributes, **own, UserAttributes=[left]) == refusal
        cognito.sign_up(**new, UserAttributes=[taken])
        cognito.update_user_attributes(**own, UserAttributes=[taken])
