"""User pools call functions at sign-up, at sign-in and before tokens, with the events of AWS."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from testkit.event_app import EventApp

PASSWORD = "Secret-12345"
FLOWS = [f"ALLOW_{flow}_AUTH" for flow in ("USER_PASSWORD", "ADMIN_USER_PASSWORD", "CUSTOM")]
CHALLENGES = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
FURTHER = ("CustomMessage", "PreTokenGeneration", "UserMigration")
TRIGGERS = ("PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication")


@pytest.fixture
def pool(app: EventApp) -> tuple[str, str]:
    """A pool that calls one function for everything, and a client of it."""
    cognito, function = app.client("cognito-idp"), app.function_arn("PoolTriggers")
    called = dict.fromkeys((*TRIGGERS, *CHALLENGES, *FURTHER), function)
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
        "CustomMessage_AdminCreateUser",
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


def begin(app: EventApp, pool: tuple[str, str], name: str) -> Any:
    """A user of the pool, who is asked for the first challenge."""
    cognito, (pool_id, client) = app.client("cognito-idp"), pool
    cognito.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS")
    return cognito.initiate_auth(
        ClientId=client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": name}
    )


def answer(app: EventApp, pool: tuple[str, str], name: str, session: str, given: str) -> Any:
    return app.client("cognito-idp").respond_to_auth_challenge(
        ClientId=pool[1],
        ChallengeName="CUSTOM_CHALLENGE",
        Session=session,
        ChallengeResponses={"USERNAME": name, "ANSWER": given},
        ClientMetadata={"step": given},
    )


def test_who_answers_a_custom_challenge_gets_tokens(app: EventApp, pool: tuple[str, str]) -> None:
    name = f"asked-{uuid4().hex}"

    first = begin(app, pool, name)
    second = answer(app, pool, name, first["Session"], "3")
    done = answer(app, pool, name, second["Session"], "2")

    assert first["ChallengeName"] == second["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert first["ChallengeParameters"] == {"question": "1 + 1", "USERNAME": name}
    assert claims(done["AuthenticationResult"]["IdToken"])["tenant"] == "t"
    assert sources(app, name)[1:] == [
        "PreAuthentication_Authentication",
        "DefineAuthChallenge_Authentication",
        "CreateAuthChallenge_Authentication",
        "VerifyAuthChallengeResponse_Authentication",
        "DefineAuthChallenge_Authentication",
        "CreateAuthChallenge_Authentication",
        "VerifyAuthChallengeResponse_Authentication",
        "DefineAuthChallenge_Authentication",
        "TokenGeneration_Authentication",
        "PostAuthentication_Authentication",
    ]
    *_, verified, decided, _, _ = app.events("PoolTriggers", name)
    wrong = {"challengeName": "CUSTOM_CHALLENGE", "challengeMetadata": "SUM"}
    assert verified["request"]["challengeAnswer"] == "2"
    assert verified["request"]["privateChallengeParameters"] == {"answer": "2"}
    assert decided["request"]["session"] == [
        wrong | {"challengeResult": False},
        wrong | {"challengeResult": True},
    ]
    assert decided["request"]["clientMetadata"] == {"step": "2"}


def test_a_sign_in_ends_where_the_function_says_so_and_a_session_counts_once(
    app: EventApp, pool: tuple[str, str]
) -> None:
    cognito, name = app.client("cognito-idp"), f"wrong-{uuid4().hex}"
    first = begin(app, pool, name)
    second = answer(app, pool, name, first["Session"], "3")

    for session, why in (
        (second["Session"], "Incorrect username or password."),
        (second["Session"], "Invalid session for the user."),
    ):
        with pytest.raises(cognito.exceptions.NotAuthorizedException) as raised:
            answer(app, pool, name, session, "4")
        assert raised.value.response["Error"]["Message"] == why
    with pytest.raises(cognito.exceptions.UserNotFoundException):
        cognito.initiate_auth(
            ClientId=pool[1], AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": "nobody"}
        )


def test_a_pool_without_the_functions_of_challenges_has_none(app: EventApp) -> None:
    cognito = app.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName=f"p-{uuid4().hex}")["UserPool"]["Id"]
    made = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web")
    with pytest.raises(cognito.exceptions.InvalidParameterException) as raised:
        begin(app, (pool_id, made["UserPoolClient"]["ClientId"]), f"any-{uuid4().hex}")
    assert raised.value.response["Error"]["Message"] == (
        "Custom auth lambda trigger is not configured for the user pool."
    )


def test_the_words_for_users_are_asked_for_and_written_down(
    app: EventApp, pool: tuple[str, str]
) -> None:
    cognito, (pool_id, client), name = app.client("cognito-idp"), pool, f"told-{uuid4().hex}"
    mail = [{"Name": "email", "Value": "a@b.example"}]
    new = {"Username": name, "UserAttributes": mail}

    cognito.sign_up(ClientId=client, Password=PASSWORD, **new)
    cognito.forgot_password(ClientId=client, Username=name)
    cognito.admin_create_user(
        UserPoolId=pool_id, **(new | {"Username": f"{name}-2"}), TemporaryPassword=PASSWORD
    )
    cognito.sign_up(ClientId=client, Password=PASSWORD, **(new | {"Username": f"auto-{name}"}))

    asked = [each for each in sources(app, name) if each.startswith("CustomMessage")]
    assert asked == [
        f"CustomMessage_{kind}" for kind in ("SignUp", "ForgotPassword", "AdminCreateUser")
    ]
    told = [line for line in app.mail().splitlines() if name in line]
    assert [line.partition("  ")[2] for line in told[:2]] == [
        f"from user pool to a@b.example: Dear {name}",
        f"{name}: your code is 123456",
    ]
    assert f"  {name}-2: your code is {PASSWORD}" in told


def test_users_of_elsewhere_are_there_once_they_sign_in(
    app: EventApp, pool: tuple[str, str]
) -> None:
    cognito, (pool_id, client), name = app.client("cognito-idp"), pool, f"old-{uuid4().hex}"

    def sign_in(user: str, password: str) -> Any:
        return cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": password},
            ClientMetadata={"from": "test"},
        )

    with pytest.raises(cognito.exceptions.UserNotFoundException):
        sign_in(name, "wrong")
    token = sign_in(name, PASSWORD)["AuthenticationResult"]["IdToken"]
    assert sign_in(name, PASSWORD)["AuthenticationResult"]

    assert claims(token)["email"] == "old@b.example"
    user = cognito.admin_get_user(UserPoolId=pool_id, Username=name)
    assert user["UserStatus"] == "CONFIRMED"
    migrations = [e for e in app.events("PoolTriggers", name) if "Migration" in e["triggerSource"]]
    assert [each["triggerSource"] for each in migrations] == ["UserMigration_Authentication"] * 2
    assert migrations[1]["request"]["validationData"] == {"from": "test"}
    with pytest.raises(cognito.exceptions.UserNotFoundException, match="Exception migrating user"):
        sign_in(f"bad-{name}", PASSWORD)


def test_a_user_of_elsewhere_may_have_forgotten_the_password(
    app: EventApp, pool: tuple[str, str]
) -> None:
    cognito, (pool_id, client), name = app.client("cognito-idp"), pool, f"old-{uuid4().hex}"

    cognito.forgot_password(ClientId=client, Username=name)

    user = cognito.admin_get_user(UserPoolId=pool_id, Username=name)
    assert user["UserStatus"] == "RESET_REQUIRED"
    assert "UserMigration_ForgotPassword" in sources(app, name)
