"""Tokens of the local issuer before JWT authorizers and user pools."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from samulator.template.model_http import (
    Cors,
    Guard,
    HttpApi,
    JwtAuthorizer,
    LambdaProxy,
    RestApi,
    Route,
)
from testkit.doors import ISSUER, Served, serve_api
from testkit.functions import FakeFunctions, returned
from testkit.raw_http import RawAnswer

JWT = JwtAuthorizer(
    "Jwt", "$request.header.Authorization", "https://issuer.example", ("web", "cli")
)
POOL = JwtAuthorizer("Pool", "method.request.header.Authorization", is_cognito=True)


def echo(event: dict[str, Any]) -> object:
    return returned(json.dumps(event["requestContext"].get("authorizer")))


def http_api(payload: str = "2.0") -> HttpApi:
    proxy = LambdaProxy("F", payload)
    routes = (
        Route("GET", "/open", proxy),
        Route("GET", "/any", proxy, Guard(JWT)),
        Route("GET", "/scoped", proxy, Guard(JWT, ("users:read", "users:all"))),
    )
    return HttpApi("Api", routes)


FUNCTIONS = FakeFunctions({"F": echo})


@pytest.fixture(scope="module")
def api() -> Iterator[Served]:
    with serve_api(http_api(), FUNCTIONS) as served:
        yield served


def get(served: Served, target: str, token: str | None = None) -> RawAnswer:
    line = "" if token is None else f"Authorization: {token}\r\n"
    return served.ask(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{line}\r\n".encode())


def token(served: Served, **claims: Any) -> str:
    return served.tokens.sign({"aud": "web", **claims})


def test_claims_arrive_as_text(api: Served) -> None:
    sent = token(api, scope="users:read more", n=7, yes=True, **{"cognito:groups": ["a", "b"]})

    shown = json.loads(get(api, "/any", f"Bearer {sent}").body)

    claims = shown["jwt"]["claims"]
    assert shown["jwt"]["scopes"] is None
    assert (claims["iss"], claims["aud"], claims["scope"]) == (ISSUER, "web", "users:read more")
    assert (claims["n"], claims["yes"], claims["cognito:groups"]) == ("7", "true", "[a b]")
    assert int(claims["exp"]) - int(claims["iat"]) == 3600


PAGE = "https://shop.example"


def preflight(served: Served, target: str, token: str | None = None) -> RawAnswer:
    asked = f"Origin: {PAGE}\r\nAccess-Control-Request-Method: PUT\r\n"
    line = asked if token is None else f"{asked}Authorization: Bearer {token}\r\n"
    return served.ask(f"OPTIONS {target} HTTP/1.1\r\nHost: localhost\r\n{line}\r\n".encode())


def test_a_preflight_request_passes_the_authorizer_of_the_route_that_takes_it() -> None:
    """ANY and $default take it too, as AWS documents; its own CORS answers the others."""
    proxy = LambdaProxy("F")
    routes = (
        Route("PUT", "/verb", proxy, Guard(JWT)),
        Route("ANY", "/any", proxy, Guard(JWT)),
        Route("ANY", "/below/{proxy+}", proxy, Guard(JWT)),
        Route("OPTIONS", "/below/{proxy+}", proxy),
        Route("ANY", "/below/exact", proxy, Guard(JWT)),
        Route("ANY", "/unguarded", proxy),
    )
    api = HttpApi("Api", routes, Cors(allow_origins=(PAGE,), allow_methods=("PUT",)))
    with serve_api(api, FakeFunctions({"F": echo})) as served:
        statuses = {
            path: preflight(served, path).status
            for path in ("/verb", "/any", "/any?a=b", "/below/a", "/below/exact", "/unguarded")
        }
        shown = preflight(served, "/any", token(served))

    assert statuses == {
        "/verb": 204,
        "/any": 401,
        "/any?a=b": 401,
        "/below/a": 204,
        "/below/exact": 401,
        "/unguarded": 204,
    }
    assert (shown.status, shown.header("access-control-allow-origin")) == (204, PAGE)


def test_a_route_without_authorizer_shows_no_claims(api: Served) -> None:
    assert get(api, "/open", f"Bearer {token(api)}").body == b"null"


@pytest.mark.parametrize("payload", ["1.0", "2.0"])
def test_the_scopes_of_the_route_that_the_token_has_are_shown(payload: str) -> None:
    with serve_api(http_api(payload), FUNCTIONS) as served:
        sent = token(served, scope="x users:read")
        shown = json.loads(get(served, "/scoped", f"Bearer {sent}").body)

    assert (shown["jwt"] if payload == "2.0" else shown)["scopes"] == ["users:read"]


@pytest.mark.parametrize("claims", [{}, {"scope": "users:write"}, {"scp": ["other"]}])
def test_a_token_without_any_scope_of_the_route_is_forbidden(
    api: Served, claims: dict[str, Any]
) -> None:
    answer = get(api, "/scoped", f"Bearer {token(api, **claims)}")

    assert (answer.status, answer.body) == (403, b'{"message":"Forbidden"}')
    assert 'error="insufficient_scope"' in (answer.header("www-authenticate") or "")


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": 1_000_000_000}, "the token has expired"),
        ({"exp": "never"}, "the token has expired"),
        ({"nbf": 4_000_000_000}, "nbf lies ahead"),
        ({"iat": 4_000_000_000}, "iat lies ahead"),
        ({"iss": "https://other.example"}, "issuer is https://other.example"),
        ({"iss": ""}, "issuer is not named"),
        ({"aud": "else"}, "audience is not web or cli"),
        ({"aud": None}, "audience is not web or cli"),
    ],
)
def test_a_token_that_does_not_hold_is_a_401_that_says_why(
    api: Served, claims: dict[str, Any], said: str
) -> None:
    answer = get(api, "/any", f"Bearer {token(api, **claims)}")

    assert (answer.status, answer.body) == (401, b'{"message":"Unauthorized"}')
    assert said in (answer.header("www-authenticate") or "")
    assert said in (api.exchanges[-1].problem or "")


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://issuer.example"}, {"aud": ["x", "cli"]}, {"aud": None, "client_id": "cli"}],
)
def test_the_templates_issuer_and_every_form_of_audience_are_taken(
    api: Served, claims: dict[str, Any]
) -> None:
    sent = {name: value for name, value in claims.items() if value is not None}
    signed = api.tokens.sign(sent if "client_id" in sent else {"aud": "web", **sent})

    assert get(api, "/any", f"bearer {signed}").status == 200


@pytest.mark.parametrize(
    "sent",
    ["x", "Bearer x", "Bearer a.b.c", "Basic eA==", "Bearer", "Bearer eyJhbGciOiJub25lIn0.e30."],
)
def test_what_is_no_token_is_a_401(api: Served, sent: str) -> None:
    answer = get(api, "/any", sent)

    assert (answer.status, answer.body) == (401, b'{"message":"Unauthorized"}')


def test_a_token_of_another_machine_is_a_401(api: Served) -> None:
    with serve_api(http_api(), FUNCTIONS) as other:
        answer = get(api, "/any", f"Bearer {token(other)}")

    assert answer.status == 401


def test_without_a_token_the_terminal_says_how_to_get_one(api: Served) -> None:
    answer = get(api, "/any")

    assert (answer.status, answer.header("www-authenticate")) == (401, "Bearer")
    assert "samulator token" in (api.exchanges[-1].problem or "")


def test_tokens_may_be_optional_and_are_checked_nevertheless() -> None:
    with serve_api(http_api(), FUNCTIONS, tokens_optional=True) as served:
        without = get(served, "/scoped")
        wrong = get(served, "/scoped", "Bearer x")
        lacking = get(served, "/scoped", f"Bearer {token(served)}")

    assert (without.status, without.body) == (200, b"null")
    assert (wrong.status, lacking.status) == (401, 403)


def rest_api(*scopes: str) -> RestApi:
    route = Route("GET", "/a", LambdaProxy("F", "1.0", 29), Guard(POOL, scopes))
    return RestApi("Api", (route,))


@pytest.mark.parametrize("scheme", ["", "Bearer "])
def test_a_user_pool_takes_tokens_and_shows_their_claims(scheme: str) -> None:
    claims = {"sub": "me", "exp": 4_000_000_000, "cognito:groups": ["a", "b"]}
    with serve_api(rest_api(), FUNCTIONS) as served:
        shown = json.loads(get(served, "/a", scheme + served.tokens.sign(claims)).body)

    assert shown["claims"]["sub"] == "me"
    assert shown["claims"]["cognito:groups"] == "a,b"
    assert shown["claims"]["exp"] == "Tue Oct 02 07:06:40 UTC 2096"


def test_a_user_pool_refuses_in_the_words_of_rest_apis() -> None:
    with serve_api(rest_api("a/read"), FUNCTIONS) as served:
        nothing = get(served, "/a")
        lacking = get(served, "/a", served.tokens.sign({"scope": "a/write"}))
        held = get(served, "/a", served.tokens.sign({"scope": "a/read"}))

    assert (nothing.status, nothing.body) == (401, b'{"message":"Unauthorized"}')
    assert lacking.status == 403
    assert held.status == 200


@pytest.mark.parametrize(
    ("scopes", "use", "status"),
    [
        ((), "id", 200),
        ((), "access", 401),
        (("a/read",), "access", 200),
        (("a/read",), "id", 401),
    ],
)
def test_a_user_pool_takes_id_tokens_and_access_tokens_where_there_are_scopes(
    scopes: tuple[str, ...], use: str, status: int
) -> None:
    with serve_api(rest_api(*scopes), FUNCTIONS) as served:
        said = served.tokens.sign({"token_use": use, "scope": "a/read"})
        assert get(served, "/a", said).status == status


@mock_aws
def test_tokens_that_a_user_pool_of_this_machine_gives_are_taken() -> None:
    pools = boto3.client("cognito-idp", "us-east-1")
    pool = pools.create_user_pool(PoolName="pool")["UserPool"]["Id"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="web")
    client_id = client["UserPoolClient"]["ClientId"]
    pools.admin_create_user(UserPoolId=pool, Username="me")
    pools.admin_set_user_password(
        UserPoolId=pool, Username="me", Password="Secret-1", Permanent=True
    )
    given = pools.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "me", "PASSWORD": "Secret-1"},
    )["AuthenticationResult"]

    with serve_api(rest_api(), FUNCTIONS) as served:
        answer = get(served, "/a", given["IdToken"])

    claims = json.loads(answer.body)["claims"]
    assert (claims["aud"], claims["cognito:username"]) == (client_id, "me")
