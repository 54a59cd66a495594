"""A REST API before clients of every kind: its events, its answers, and its own words."""

import base64
import json
import re
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samulator.template.model import TemplateError
from samulator.template.model_http import (
    GatewayResponse,
    LambdaCustom,
    LambdaProxy,
    Mock,
    NotServed,
    RestApi,
    Route,
)
from testkit.doors import Served, serve_api
from testkit.functions import FakeFunctions, failing, returned
from testkit.raw_http import RawAnswer

EVENTS = sorted((Path(__file__).parent / "events").glob("rest_*.json"))
HOST = b"Host: localhost\r\n"
PROXY = LambdaProxy("F", "1.0", 29)
OPTIONS = Mock(200, (("Access-Control-Allow-Origin", "https://shop.example"),), "{}\n")
API = RestApi(
    "Api",
    (
        Route("GET", "/echo", PROXY),
        Route("ANY", "/any/{proxy+}", PROXY),
        Route("POST", "/reply", LambdaProxy("Reply", "1.0", 29)),
        Route("GET", "/slow", LambdaProxy("Slow", "1.0", 0.01)),
        Route("GET", "/failing", LambdaProxy("Failing", "1.0", 29)),
        Route("POST", "/custom", LambdaCustom("Custom")),
        Route("GET", "/alias", LambdaProxy("F", "1.0", 29, "live")),
        Route("GET", "/elsewhere", NotServed("it belongs to SQS")),
        Route("OPTIONS", "/echo", OPTIONS),
    ),
)


def functions() -> FakeFunctions:
    """F answers with its event, Reply with the body of the request."""
    return FakeFunctions(
        {
            "F": lambda event: returned(json.dumps(event)),
            "Reply": lambda event: json.loads(body_of(event)),
            "Custom": lambda event: {"got": event},
            "Failing": failing("KeyError", "no such key"),
            "Slow": None,
        }
    )


def body_of(event: dict) -> bytes:
    body = event["body"].encode()
    return base64.b64decode(body) if event["isBase64Encoded"] else body


@pytest.fixture(scope="module")
def api() -> Iterator[Served]:
    with serve_api(API, functions()) as served:
        yield served


def get(served: Served, target: str, *headers: str, method: str = "GET") -> RawAnswer:
    lines = "".join(f"{header}\r\n" for header in headers).encode()
    head = f"{method} {target} HTTP/1.1\r\n".encode() + HOST + lines + b"\r\n"
    return served.ask(head, head=method == "HEAD")


def post(served: Served, target: str, body: bytes, *headers: str) -> RawAnswer:
    lines = "".join(f"{header}\r\n" for header in headers).encode()
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    return served.ask(f"POST {target} HTTP/1.1\r\n".encode() + HOST + lines + length + body)


def reply(served: Served, result: object, *headers: str) -> RawAnswer:
    """What the API makes of a function's result."""
    return post(served, "/reply", json.dumps(result).encode(), *headers)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_request_becomes_the_recorded_event(path: Path) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    sent, route = recorded["request"], recorded["route"]
    api = RestApi("Api", (Route(**route, integration=PROXY),), stage_variables={"baz": "qux"})
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent["headers"])
    body = sent["body"].encode()
    head = f"{sent['method']} {sent['target']} HTTP/1.1\r\n{lines}"
    length = f"Content-Length: {len(body)}\r\n\r\n"

    before = time.time_ns() // 1_000_000
    with serve_api(api, functions()) as served:
        event = json.loads(served.ask((head + length).encode() + body).body)
    after = time.time_ns() // 1_000_000

    context = event["requestContext"]
    port = served.url.rpartition(":")[2]
    assert event["headers"].pop("X-Forwarded-Port") == port
    assert event["multiValueHeaders"].pop("X-Forwarded-Port") == [port]
    assert before <= context.pop("requestTimeEpoch") <= after
    datetime.strptime(context.pop("requestTime"), "%d/%b/%Y:%H:%M:%S %z")
    assert uuid.UUID(context.pop("requestId"))
    assert re.fullmatch(r"[\w+/]+=", context.pop("extendedRequestId"))
    assert re.fullmatch("[0-9a-f]{6}", context.pop("resourceId"))
    assert event == recorded["event"]


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/nope"), ("POST", "/echo"), ("GET", "/any"), ("GET", "/any/"), ("GET", "/")],
)
def test_a_method_that_is_not_there_is_a_missing_token(
    api: Served, method: str, target: str
) -> None:
    answer = get(api, target, method=method)

    assert (answer.status, json.loads(answer.body)) == (
        403,
        {"message": "Missing Authentication Token"},
    )
    assert answer.header("x-amzn-errortype") == "MissingAuthenticationTokenException"
    assert answer.header("content-type") == "application/json"


def test_every_answer_has_the_ids_of_the_request(api: Served) -> None:
    answer = get(api, "/echo")

    assert json.loads(answer.body)["requestContext"]["requestId"] == answer.header(
        "x-amzn-requestid"
    )
    assert answer.header("x-amz-apigw-id")
    assert api.exchanges[-1].request_id == answer.header("x-amzn-requestid")


def test_a_slash_at_the_end_is_no_part_of_a_resource(api: Served) -> None:
    event = json.loads(get(api, "/echo/").body)

    assert (event["resource"], event["path"]) == ("/echo", "/echo/")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
        (b"GET /echo HTTP/1.1\r\n" + HOST + b"Origin: https://evil.example\r\n\r\n", 403),
        (b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: " + b"x" * 11_000 + b"\r\n\r\n", 431),
        (b"TRACE /echo HTTP/1.1\r\n" + HOST + b"\r\n", 403),
        (b"POST /reply HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999\r\n\r\n", 413),
        (b"POST /reply HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nabc", 400),
    ],
)
def test_what_reaches_no_method_is_answered_by_the_api(
    api: Served, sent: bytes, status: int
) -> None:
    answer = api.ask(sent)

    assert (answer.status, [*json.loads(answer.body)]) == (status, ["message"])
    assert answer.header("server") is None
    assert api.exchanges[-1].problem


def test_a_page_that_the_preflight_answer_names_is_let_in(api: Served) -> None:
    preflight = get(api, "/echo", "Origin: https://shop.example", method="OPTIONS")
    answer = get(api, "/echo", "Origin: https://shop.example")

    assert (preflight.status, preflight.body) == (200, b"{}\n")
    assert preflight.header("access-control-allow-origin") == "https://shop.example"
    assert preflight.header("content-type") == "application/json"
    assert answer.status == 200


@pytest.mark.parametrize(
    "result",
    [
        *([], "text", 7, None),
        *({"statusCode": code} for code in (99, 101, 600, "x", None, True)),
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "cookies": ["a=b"]},
        {"statusCode": 200, "extra": 1},
        {"statusCode": 200, "headers": {"X-Count": 1}},
        {"statusCode": 200, "headers": {"x y": "a"}},
        {"statusCode": 200, "headers": {"x": "a\r\nb: c"}},
        {"statusCode": 200, "headers": ["x"]},
        {"statusCode": 200, "multiValueHeaders": {"x": "a"}},
        {"statusCode": 200, "multiValueHeaders": {"x": ["a\nb"]}},
        {"statusCode": 200, "body": "x", "isBase64Encoded": "maybe"},
    ],
)
def test_a_wrong_result_is_a_502_that_says_why_on_the_terminal(api: Served, result: object) -> None:
    answer = reply(api, result)

    assert (answer.status, answer.body) == (502, b'{"message":"Internal server error"}')
    assert (api.exchanges[-1].problem or "").startswith("the function returned")


def test_a_function_that_fails_is_a_502(api: Served) -> None:
    answer = get(api, "/failing")

    assert (answer.status, answer.body) == (502, b'{"message":"Internal server error"}')
    assert answer.header("x-amzn-errortype") == "InternalServerErrorException"
    assert api.exchanges[-1].problem == "KeyError: no such key"


def test_an_integration_that_waits_no_longer_is_a_504(api: Served) -> None:
    answer = get(api, "/slow")

    assert (answer.status, answer.body) == (504, b'{"message":"Endpoint request timed out"}')


def test_an_integration_that_is_not_made_here_says_so(api: Served) -> None:
    answer = get(api, "/elsewhere")

    assert answer.status == 501
    assert api.exchanges[-1].problem == "it belongs to SQS"


def test_an_empty_result_is_an_empty_200(api: Served) -> None:
    answer = reply(api, {})

    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("content-type") == "application/json"


def test_headers_of_both_kinds_are_merged(api: Served) -> None:
    answer = reply(
        api,
        {
            "headers": {"X-Both": "one", "Content-Type": "text/plain", "Date": "now"},
            "multiValueHeaders": {"x-both": ["one", "two"], "Set-Cookie": ["a=1", "b=2"]},
            "statusCode": "201",
            "body": "ü",
        },
    )

    assert (answer.status, answer.body) == (201, "ü".encode())
    named = [pair for pair in answer.headers if pair[0] in ("x-both", "set-cookie")]
    assert named == [
        *(("x-both", value) for value in ("one", "two")),
        *(("set-cookie", value) for value in ("a=1", "b=2")),
    ]
    assert answer.header("content-type") == "text/plain"
    assert answer.header("x-amzn-remapped-date") == "now"


IMAGE = bytes(range(256))


def binary_api(*types: str) -> RestApi:
    routes = (Route("POST", "/reply", LambdaProxy("Reply", "1.0", 29)), Route("PUT", "/e", PROXY))
    return RestApi("Api", routes, binary_media_types=frozenset(types))


@pytest.mark.parametrize(
    ("types", "accept", "is_decoded"),
    [
        (("image/png",), "image/png", True),
        (("image/png",), "image/png;q=1, text/html", True),
        (("image/png",), "text/html, image/png", False),
        (("image/png",), "*/*", False),
        (("*/*",), "text/html", True),
        ((), "image/png", False),
    ],
)
def test_base64_becomes_bytes_by_the_first_type_that_the_client_accepts(
    types: tuple[str, ...], accept: str, is_decoded: bool
) -> None:
    encoded = base64.b64encode(IMAGE).decode()
    with serve_api(binary_api(*types), functions()) as served:
        result = {"statusCode": 200, "body": encoded, "isBase64Encoded": True}
        body = json.dumps(result).encode()
        event_is_text = "Content-Type: application/json"
        answer = post(served, "/reply", body, event_is_text, f"Accept: {accept}")

    assert answer.body == (IMAGE if is_decoded else encoded.encode())
    assert bool(served.exchanges[-1].problem) is not is_decoded


@pytest.mark.parametrize(
    ("types", "content_type", "is_encoded"),
    [
        (("image/png",), "image/png", True),
        (("image/png",), "image/PNG; x=y", True),
        (("image/png",), "text/plain", False),
        (("*/*",), "text/plain", True),
        ((), "image/png", False),
    ],
)
def test_a_body_is_base64_where_its_type_is_a_binary_media_type(
    types: tuple[str, ...], content_type: str, is_encoded: bool
) -> None:
    with serve_api(binary_api(*types), functions()) as served:
        head = f"PUT /e HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
        sent = f"{head}Content-Length: {len(IMAGE)}\r\n\r\n".encode() + IMAGE
        event = json.loads(served.ask(sent).body)

    text = IMAGE.decode("utf-8", errors="replace")
    assert event["isBase64Encoded"] is is_encoded
    assert event["body"] == (base64.b64encode(IMAGE).decode() if is_encoded else text)


def test_a_custom_integration_passes_bodies_both_ways(api: Served) -> None:
    answer = post(api, "/custom", b'{"a": 1}')

    assert (answer.status, json.loads(answer.body)) == (200, {"got": {"a": 1}})


def test_an_alias_in_the_integration_is_what_is_invoked() -> None:
    fake = functions()
    with serve_api(API, fake) as served:
        get(served, "/alias")

    assert fake.invoked == ["F:live"]


def test_gateway_responses_of_the_template_replace_the_apis_own() -> None:
    template = '{"message": $context.error.messageString, "kind": "$context.error.responseType"}'
    headers = (("Access-Control-Allow-Origin", "*"),)
    responses = {
        "DEFAULT_4XX": GatewayResponse(None, headers, {"application/json": template}),
        "INTEGRATION_FAILURE": GatewayResponse(599, (), {"text/plain": "$context.stage broke"}),
    }
    with serve_api(RestApi("Api", API.routes, gateway_responses=responses), functions()) as served:
        unknown, failed = get(served, "/nope"), get(served, "/failing")

    assert unknown.status == 403
    assert json.loads(unknown.body) == {
        "message": "Missing Authentication Token",
        "kind": "MISSING_AUTHENTICATION_TOKEN",
    }
    assert unknown.header("access-control-allow-origin") == "*"
    assert (failed.status, failed.body) == (599, b"Prod broke")
    assert failed.header("content-type") == "text/plain"


def test_gateway_responses_have_what_the_request_was() -> None:
    template = "$context.httpMethod $context.path $context.identity.sourceIp $stageVariables.colour"
    mapped = (
        ("Access-Control-Allow-Origin", "method.request.header.Origin"),
        ("X-Page", "method.request.querystring.page"),
        ("X-Absent", "method.request.header.X-Nothing"),
    )
    responses = {"DEFAULT_4XX": GatewayResponse(None, (), {"text/plain": template}, mapped)}
    api = RestApi("Api", API.routes, stage_variables={"colour": "red"}, gateway_responses=responses)
    with serve_api(api, functions()) as served:
        answer = get(served, "/nope?page=2", "Origin: http://localhost:8080")

    assert answer.body == b"GET /Prod/nope 127.0.0.1 red"
    assert answer.header("access-control-allow-origin") == "http://localhost:8080"
    assert answer.header("x-page") == "2"
    assert answer.header("x-absent") is None


def test_two_methods_of_one_resource_are_refused() -> None:
    twice = RestApi("Api", (Route("GET", "/a", PROXY), Route("GET", "/a", PROXY)))
    with (
        pytest.raises(TemplateError, match="GET /a is declared more than once"),
        serve_api(twice, functions()),
    ):
        raise AssertionError("it serves")


# Whatever JSON a function may return, often with the keys of a response.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
RESULTS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "statusCode": st.integers(99, 600) | JSON,
        "headers": st.dictionaries(st.text(max_size=8), st.text(max_size=8) | JSON, max_size=3),
        "multiValueHeaders": st.dictionaries(
            st.text(max_size=8), st.lists(st.text(max_size=8), max_size=2) | JSON, max_size=3
        ),
        "body": st.text() | JSON,
        "isBase64Encoded": st.booleans() | JSON,
    },
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(result=RESULTS)
def test_any_result_is_a_whole_answer_of_the_function_or_a_502(api: Served, result: object) -> None:
    answer = reply(api, result)

    assert 200 <= answer.status < 600
    assert answer.header("x-amzn-requestid")
    if answer.status == 502 and api.exchanges[-1].problem:
        assert answer.body == b'{"message":"Internal server error"}'
