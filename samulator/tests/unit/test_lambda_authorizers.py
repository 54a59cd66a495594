"""Lambda authorizers of REST and HTTP APIs: what they are asked, and what their answers mean."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from samulator.http.authorizers.decision import Asked
from samulator.http.authorizers.lambda_authorizer import LambdaAuthorizers
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HttpRequest
from samulator.template.model_http import (
    ApiKey,
    GatewayResponse,
    Guard,
    HttpApi,
    LambdaAuthorizer,
    LambdaProxy,
    RestApi,
    Route,
)
from testkit.doors import Served, serve_api
from testkit.functions import FakeFunctions, failing, returned
from testkit.raw_http import RawAnswer

ARN = "arn:aws:execute-api:us-east-1:123456789012:Api/Prod"
HEADER = "method.request.header.Authorization"


def policy(effect: str, resource: str | list[str], **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "me", "policyDocument": document, **more}


def by_token(event: dict[str, Any]) -> object:
    """Decides by what the token says."""
    return {
        "allow": policy("Allow", event["methodArn"]),
        "allow all": policy("Allow", f"{ARN}/*", context={"n": 1, "yes": True, "text": "t"}),
        "deny": policy("Deny", "*"),
        "elsewhere": policy("Allow", f"{ARN}/GET/elsewhere"),
        "no principal": {"policyDocument": policy("Allow", "*")["policyDocument"]},
        "no policy": {"principalId": "me"},
        "nested": policy("Allow", "*", context={"a": {}}),
        "key": policy("Allow", "*", usageIdentifierKey="the-key"),
    }[event["authorizationToken"]]


def echo(event: dict[str, Any]) -> object:
    return returned(json.dumps(event["requestContext"].get("authorizer")))


def rest_api(authorizer: LambdaAuthorizer, **options: Any) -> RestApi:
    guard = Guard(authorizer, api_key=options.pop("api_key", False))
    proxy = LambdaProxy("F", "1.0", 29)
    paths = ("/a", "/b/{x}")
    return RestApi("Api", tuple(Route("GET", path, proxy, guard) for path in paths), **options)


TOKEN = LambdaAuthorizer("T", "Auth", (HEADER,), takes_token=True, ttl=0)


@pytest.fixture
def functions() -> FakeFunctions:
    return FakeFunctions({"F": echo, "Auth": by_token, "Raises": failing("E", "Unauthorized")})


@pytest.fixture
def api(functions: FakeFunctions) -> Iterator[Served]:
    with serve_api(rest_api(TOKEN), functions) as served:
        yield served


def get(served: Served, target: str, **headers: str) -> RawAnswer:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return served.ask(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())


def test_a_token_authorizer_gets_token_and_method(api: Served, functions: FakeFunctions) -> None:
    answer = get(api, "/b/7?q=1", Authorization="allow")

    assert functions.events[0] == {
        "type": "TOKEN",
        "methodArn": f"{ARN}/GET/b/7",
        "authorizationToken": "allow",
    }
    shown = json.loads(answer.body)
    assert shown.pop("integrationLatency") >= 0
    assert shown == {"principalId": "me"}


def test_its_context_reaches_the_function_as_text(api: Served) -> None:
    shown = json.loads(get(api, "/a", Authorization="allow all").body)

    assert (shown["n"], shown["yes"]) == ("1", "true")
    assert shown["text"] == "t"


@pytest.mark.parametrize(
    ("token", "status", "body"),
    [
        (
            "deny",
            403,
            {"Message": "User is not authorized to access this resource with an explicit deny"},
        ),
        ("elsewhere", 403, {"Message": "User is not authorized to access this resource"}),
        ("no principal", 500, {"message": None}),
        ("no policy", 500, {"message": None}),
        ("nested", 500, {"message": None}),
    ],
)
def test_who_is_not_let_in_is_told_in_the_words_of_aws(
    api: Served, functions: FakeFunctions, token: str, status: int, body: dict[str, Any]
) -> None:
    answer = get(api, "/a", Authorization=token)

    assert (answer.status, json.loads(answer.body)) == (status, body)
    assert functions.invoked == ["Auth"]
    assert "T" in (api.exchanges[-1].problem or "")


def test_without_a_token_nobody_asks_the_authorizer(api: Served, functions: FakeFunctions) -> None:
    answer = get(api, "/a")

    assert (answer.status, json.loads(answer.body)) == (401, {"message": "Unauthorized"})
    assert functions.invoked == []


def test_a_token_that_the_expression_does_not_match_is_not_asked_about(
    functions: FakeFunctions,
) -> None:
    strict = LambdaAuthorizer("T", "Auth", (HEADER,), takes_token=True, validation="al+ow")
    with serve_api(rest_api(strict), functions) as served:
        refused, taken = (get(served, "/a", Authorization=token) for token in ("deny", "allow"))

    assert (refused.status, taken.status) == (401, 200)
    assert functions.invoked == ["Auth", "F"]


def test_an_authorizer_that_raises_unauthorized_is_a_401(functions: FakeFunctions) -> None:
    raising = LambdaAuthorizer("R", "Raises", (HEADER,), takes_token=True)
    with serve_api(rest_api(raising), functions) as served:
        answer = get(served, "/a", Authorization="x")

    assert (answer.status, json.loads(answer.body)) == (401, {"message": "Unauthorized"})


def test_an_authorizer_that_fails_is_a_500() -> None:
    broken = FakeFunctions({"F": echo, "Auth": failing("KeyError", "x")})
    with serve_api(rest_api(TOKEN), broken) as served:
        answer = get(served, "/a", Authorization="x")

    assert (answer.status, json.loads(answer.body)) == (500, {"message": None})
    assert served.exchanges[-1].problem == "authorizer T failed: KeyError: x"


def test_an_authorizer_that_is_no_function_here_is_a_500(functions: FakeFunctions) -> None:
    with serve_api(rest_api(LambdaAuthorizer("T", "", (HEADER,))), functions) as served:
        answer = get(served, "/a", Authorization="x")

    assert (answer.status, functions.invoked) == (500, [])


def test_a_request_authorizer_gets_the_whole_request() -> None:
    sources = (HEADER, "method.request.querystring.q", "stageVariables.v", "context.httpMethod")
    asking = LambdaAuthorizer("R", "Auth", sources)
    functions = FakeFunctions({"F": echo, "Auth": lambda event: policy("Allow", "*")})
    with serve_api(rest_api(asking, stage_variables={"v": "1"}), functions) as served:
        lacking = get(served, "/b/7", Authorization="x")
        answer = get(served, "/b/7?q=1", Authorization="x")

    event = functions.events[0]
    assert (lacking.status, answer.status) == (401, 200)
    assert (event["type"], event["methodArn"]) == ("REQUEST", f"{ARN}/GET/b/7")
    assert event["queryStringParameters"] == {"q": "1"}
    assert event["pathParameters"] == {"x": "7"}
    assert event["requestContext"]["stage"] == "Prod"
    assert {"body", "isBase64Encoded", "version"}.isdisjoint(event)


def test_an_answer_holds_for_its_time_and_for_every_method_that_its_policy_names() -> None:
    functions = FakeFunctions({"F": echo, "Auth": by_token})
    kept = LambdaAuthorizer("T", "Auth", (HEADER,), takes_token=True, ttl=300)
    with serve_api(rest_api(kept), functions) as served:
        statuses = [
            get(served, path, Authorization=token).status
            for token, path in (("allow", "/a"), ("allow", "/a"), ("allow", "/b/1"), ("deny", "/a"))
        ]

    assert statuses == [200, 200, 403, 403]
    assert functions.invoked == ["Auth", "F", "F", "Auth"]


def test_an_answer_is_asked_for_again_when_its_time_is_over() -> None:
    times = iter((100.0, 100.0, 104.9, 105.1, 105.1))
    functions = FakeFunctions({"Auth": lambda event: policy("Allow", "*")})
    authorizers = LambdaAuthorizers(functions, clock=lambda: next(times))
    request = HttpRequest("GET", "/a", [("Authorization", "x")], b"", "127.0.0.1", 3000)
    asked = Asked(request, Place("Api", "Prod"), "/a", "GET /a", lambda _payload: {})
    keeping = LambdaAuthorizer("T", "Auth", (HEADER,), takes_token=True, ttl=5)

    for _ in range(3):
        asyncio.run(authorizers.authorize(keeping, asked))

    assert functions.invoked == ["Auth", "Auth"]


def test_answers_to_ever_new_tokens_fill_no_memory() -> None:
    functions = FakeFunctions({"Auth": lambda event: policy("Allow", "*")})
    authorizers = LambdaAuthorizers(functions)
    keeping = LambdaAuthorizer("T", "Auth", (HEADER,), takes_token=True)

    async def ask(*tokens: int) -> int:
        known = len(functions.invoked)
        for token in tokens:
            headers = [("Authorization", str(token))]
            request = HttpRequest("GET", "/a", headers, b"", "127.0.0.1", 3000)
            place = Place("Api", "Prod")
            asked = Asked(request, place, "/a", "GET /a", lambda _payload: {})
            await authorizers.authorize(keeping, asked)
        return len(functions.invoked) - known

    assert asyncio.run(ask(*range(1_001))) == 1_001
    assert asyncio.run(ask(1_000, 1)) == 0
    assert asyncio.run(ask(0)) == 1


@pytest.mark.parametrize(
    ("key", "status"), [("the-key", 200), ("another", 403), (None, 403), ("", 403)]
)
def test_a_method_that_asks_for_a_key_takes_those_of_its_usage_plans(
    key: str | None, status: int
) -> None:
    proxy = LambdaProxy("F", "1.0", 29)
    route = Route("GET", "/a", proxy, Guard(api_key=True))
    api = RestApi("Api", (route,), api_keys=(ApiKey("Key", "the-key"),))
    functions = FakeFunctions(
        {"F": lambda event: returned(event["requestContext"]["identity"]["apiKey"])}
    )
    with serve_api(api, functions) as served:
        answer = get(served, "/a", **({} if key is None else {"x_api_key": key}))

    expected = b"the-key" if status == 200 else b'{"message":"Forbidden"}'
    assert (answer.status, answer.body) == (status, expected)


def test_an_authorizer_may_stand_for_the_key(functions: FakeFunctions) -> None:
    api = rest_api(
        TOKEN, api_key=True, key_from_authorizer=True, api_keys=(ApiKey("Key", "the-key"),)
    )
    with serve_api(api, functions) as served:
        statuses = [get(served, "/a", Authorization=token).status for token in ("key", "allow")]

    assert statuses == [200, 403]


def test_the_template_words_what_a_denied_caller_reads(functions: FakeFunctions) -> None:
    own = {"ACCESS_DENIED": GatewayResponse(418, (), {"application/json": '{"no": true}'})}
    with serve_api(rest_api(TOKEN, gateway_responses=own), functions) as served:
        answer = get(served, "/a", Authorization="elsewhere")

    assert (answer.status, json.loads(answer.body)) == (418, {"no": True})


SOURCE = "$request.header.Authorization"


def http_api(authorizer: LambdaAuthorizer, payload: str = "2.0") -> HttpApi:
    routes = (Route("GET", "/a/{x}", LambdaProxy("F", payload), Guard(authorizer)),)
    return HttpApi("Api", routes, stage="Prod")


SIMPLE = LambdaAuthorizer("S", "Auth", (SOURCE,), payload="2.0", simple_responses=True, ttl=0)


def test_a_simple_answer_lets_in_or_not() -> None:
    def decide(event: dict[str, Any]) -> object:
        word = event["identitySource"][0]
        return {"isAuthorized": word == "yes", "context": {"list": [1], "n": 1}}

    functions = FakeFunctions({"F": echo, "Auth": decide})
    with serve_api(http_api(SIMPLE), functions) as served:
        let_in, refused, lacking = (
            get(served, "/a/7", Authorization="yes"),
            get(served, "/a/7", Authorization="no"),
            get(served, "/a/7"),
        )

    assert json.loads(let_in.body) == {"lambda": {"list": [1], "n": 1}}
    assert (refused.status, refused.body) == (403, b'{"message":"Forbidden"}')
    assert (lacking.status, lacking.body) == (401, b'{"message":"Unauthorized"}')


def test_format_2_0_asks_about_the_route() -> None:
    functions = FakeFunctions({"F": echo, "Auth": lambda event: {"isAuthorized": True}})
    with serve_api(http_api(SIMPLE), functions) as served:
        get(served, "/a/7?q=1", Authorization="x")

    event = functions.events[0]
    assert event["version"] == "2.0"
    assert (event["type"], event["routeArn"]) == ("REQUEST", f"{ARN}/GET/a/7")
    assert event["identitySource"] == ["x"]
    assert (event["routeKey"], event["rawPath"]) == ("GET /a/{x}", "/Prod/a/7")
    assert event["pathParameters"] == {"x": "7"}
    assert {"body", "isBase64Encoded"}.isdisjoint(event)


def test_format_1_0_asks_about_the_method_and_its_policy_decides() -> None:
    old = LambdaAuthorizer("O", "Auth", (SOURCE,), payload="1.0", ttl=0)
    functions = FakeFunctions({"F": echo, "Auth": by_token})
    with serve_api(http_api(old, "1.0"), functions) as served:
        let_in, denied = (get(served, "/a/7", Authorization=t) for t in ("allow all", "deny"))

    event = functions.events[0]
    assert (event["version"], event["type"]) == ("1.0", "REQUEST")
    assert event["methodArn"] == f"{ARN}/GET/a/7"
    assert (event["identitySource"], event["authorizationToken"]) == ("allow all", "allow all")
    assert json.loads(let_in.body) == {"n": 1, "yes": True, "text": "t", "principalId": "me"}
    assert (denied.status, denied.body) == (403, b'{"message":"Forbidden"}')
