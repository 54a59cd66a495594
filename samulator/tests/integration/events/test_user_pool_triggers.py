"""User pools call functions at sign-up, at sign-in and before tokens, with the events of AWS."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from testkit.event_app import EventApp

PASSWORD = "Secret-12345"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
TRIGGERS = ("PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication")


@pytest.fixture
def pool(app: EventApp) -> tuple[str, str]:
    """A pool that calls one function for everything, and a client of it."""
    cognito, function = app.client("cognito-idp"), app.function_arn("PoolTriggers")
    called = dict.fromkeys((*TRIGGERS, "PreTokenGeneration"), function)
    made = cognito.create_user_pool(PoolName=f"p-{uuid4().hex}", LambdaConfig=called)
    pool_id = made["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=FLOWS
    )
    return pool_id, client["UserPoolClient"]["ClientId"]


def sources(app: EventApp, name: str) -> list[str]:
    return [event["triggerSource"] for event in app.events("PoolTriggers", name)]


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return found


def test_who_is_confirmed_at_sign_up_signs_in_with_a_token_that_was_changed(
    app: EventApp, pool: tuple[str, str]
) -> None:
    cognito, (pool_id, client), name = app.client("cognito-idp"), pool, f"auto-{uuid4().hex}"

    signed_up = cognito.sign_up(
        ClientId=client,
        Username=name,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": "a@b.example"}],
        ClientMetadata={"from": "test"},
    )
    tokens = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    again = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )["AuthenticationResult"]

    assert signed_up["UserConfirmed"] is True
    assert [claims(each["IdToken"])["tenant"] for each in (tokens, again)] == ["t", "t"]
    assert "tenant" not in claims(tokens["AccessToken"])
    assert sources(app, name) == [
        "PreSignUp_SignUp",
        "PostConfirmation_ConfirmSignUp",
        "PreAuthentication_Authentication",
        "TokenGeneration_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_RefreshTokens",
    ]
    first, confirmed, *_ = app.events("PoolTriggers", name)
    assert first["userPoolId"] == pool_id
    assert first["callerContext"]["clientId"] == client
    assert first["request"] == {
        "userAttributes": {"email": "a@b.example"},
        "clientMetadata": {"from": "test"},
    }
    assert confirmed["request"]["userAttributes"]["email_verified"] == "true"
    assert confirmed["request"]["userAttributes"]["cognito:user_status"] == "CONFIRMED"


def test_nobody_signs_up_whom_the_trigger_refuses(app: EventApp, pool: tuple[str, str]) -> None:
    cognito, (pool_id, client), name = app.client("cognito-idp"), pool, f"bad-{uuid4().hex}"

    with pytest.raises(cognito.exceptions.UserLambdaValidationException) as raised:
        cognito.sign_up(ClientId=client, Username=name, Password=PASSWORD)

    assert raised.value.response["Error"]["Message"] == ("PreSignUp failed with error Not welcome.")
    with pytest.raises(cognito.exceptions.UserNotFoundException):
        cognito.admin_get_user(UserPoolId=pool_id, Username=name)


def test_a_user_of_an_administrator_gets_a_token_by_the_first_own_password(
    app: EventApp, pool: tuple[str, str]
) -> None:
    cognito, (pool_id, client), name = app.client("cognito-idp"), pool, f"made-{uuid4().hex}"
    cognito.admin_create_user(UserPoolId=pool_id, Username=name, TemporaryPassword=PASSWORD)

    challenge = cognito.admin_initiate_auth(
        UserPoolId=pool_id,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        ClientMetadata={"step": "first"},
    )
    signed_in = cognito.admin_respond_to_auth_challenge(
        UserPoolId=pool_id,
        ClientId=client,
        ChallengeName=challenge["ChallengeName"],
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": name, "NEW_PASSWORD": f"{PASSWORD}-own"},
        ClientMetadata={"step": "second"},
    )

    assert claims(signed_in["AuthenticationResult"]["IdToken"])["tenant"] == "t"
    events = {each["triggerSource"]: each for each in app.events("PoolTriggers", name)}
    assert [*events] == [
        "PreSignUp_AdminCreateUser",
        "PreAuthentication_Authentication",
        "TokenGeneration_NewPasswordChallenge",
        "PostAuthentication_Authentication",
    ]
    before, after = (events[f"{each}Authentication_Authentication"] for each in ("Pre", "Post"))
    assert before["request"]["validationData"] == {"step": "first"}
    assert after["request"]["clientMetadata"] == {"step": "second"}


@pytest.mark.parametrize(
    ("readable", "read"),
    [
        (None, {"email": "a@b.example", "email_verified": True, "locale": "fi"}),
        (["locale"], {"locale": "fi"}),
    ],
    ids=["by default", "what the client names"],
)
def test_an_id_token_and_get_user_have_the_attributes_that_the_client_reads(
    app: EventApp, readable: list[str] | None, read: dict[str, Any]
) -> None:
    cognito = app.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName=f"p-{uuid4().hex}")["UserPool"]["Id"]
    wanted = {"ReadAttributes": readable} if readable else {}
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=FLOWS, **wanted
    )
    client, name = made["UserPoolClient"]["ClientId"], f"reads-{uuid4().hex}"
    attributes = {"email": "a@b.example", "email_verified": "true", "locale": "fi"}
    cognito.admin_create_user(
        UserPoolId=pool_id,
        Username=name,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username=name, Password=PASSWORD, Permanent=True
    )

    tokens = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]

    told = claims(tokens["IdToken"])
    assert {key: told[key] for key in attributes if key in told} == read
    assert not set(attributes) & set(claims(tokens["AccessToken"]))
    user = cognito.get_user(AccessToken=tokens["AccessToken"])
    shown = {each["Name"] for each in user["UserAttributes"]}
    assert shown == {"sub", *read}
