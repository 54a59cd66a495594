"""Function URLs: every request is their function's, and the words are Lambda's."""

import base64
import json
from collections.abc import Iterator

import pytest

from samulator.functions.invocation import Invocation, PayloadTooLarge, Throttled, Trigger
from samulator.template.model_http import Cors, FunctionUrl
from testkit.doors import Served, serve_url
from testkit.functions import FakeFunctions, failing, returned
from testkit.raw_http import RawAnswer

HOST = b"Host: localhost\r\n"
PAGE = "https://shop.example"


@pytest.fixture(scope="module")
def url() -> Iterator[Served]:
    cors = Cors(allow_origins=(PAGE,), allow_methods=("GET",), max_age=5)
    functions = FakeFunctions({"F": lambda event: returned(json.dumps(event))})
    with serve_url(FunctionUrl("Url", "F", cors=cors), functions) as served:
        yield served


def get(served: Served, target: str, *headers: str, method: str = "GET") -> RawAnswer:
    lines = "".join(f"{header}\r\n" for header in headers).encode()
    return served.ask(f"{method} {target} HTTP/1.1\r\n".encode() + HOST + lines + b"\r\n")


def answer_of(functions: object) -> tuple[RawAnswer, Served]:
    with serve_url(FunctionUrl("Url", "F"), functions) as served:
        return get(served, "/"), served


def test_every_path_and_method_is_the_functions(url: Served) -> None:
    answer = get(url, "/a%20b//c/?q=1&q=2", "Cookie: a=b; c=d", method="DELETE")

    event = json.loads(answer.body)
    context = event["requestContext"]
    assert (event["version"], event["routeKey"]) == ("2.0", "$default")
    assert (event["rawPath"], event["rawQueryString"]) == ("/a%20b//c/", "q=1&q=2")
    assert event["queryStringParameters"] == {"q": "1,2"}
    assert event["cookies"] == ["a=b", "c=d"]
    assert (context["accountId"], context["apiId"]) == ("anonymous", "Url")
    assert (context["http"]["method"], context["http"]["path"]) == ("DELETE", "/a%20b//c/")
    assert (context["stage"], context["requestId"]) == (
        "$default",
        answer.header("x-amzn-requestid"),
    )
    assert "pathParameters" not in event


def test_a_body_is_text_or_base64_by_its_type(url: Served) -> None:
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Type: "

    text, form = (
        json.loads(url.ask(head + kind + b"\r\n\r\na=1").body)
        for kind in (b"application/json", b"application/x-www-form-urlencoded")
    )

    assert (text["body"], text["isBase64Encoded"]) == ("a=1", False)
    assert (form["body"], form["isBase64Encoded"]) == (base64.b64encode(b"a=1").decode(), True)


def test_lambda_answers_preflight_requests_and_sets_the_headers(url: Served) -> None:
    asked = get(url, "/", f"Origin: {PAGE}", "Access-Control-Request-Method: GET", method="OPTIONS")
    answer = get(url, "/", f"Origin: {PAGE}")

    assert (asked.status, asked.body) == (200, b"")
    assert asked.header("access-control-allow-methods") == "GET"
    assert answer.header("access-control-allow-origin") == PAGE


def test_a_page_of_another_origin_is_refused(url: Served) -> None:
    answer = get(url, "/", "Origin: https://evil.example")

    assert (answer.status, json.loads(answer.body)) == (403, {"Message": "Forbidden"})


def test_an_alias_is_what_is_invoked() -> None:
    functions = FakeFunctions({"F": lambda _event: returned("")})
    with serve_url(FunctionUrl("Url", "F", "live"), functions) as served:
        get(served, "/")

    assert functions.invoked == ["F:live"]


def test_a_function_that_fails_or_returns_nonsense_is_a_502() -> None:
    failed, served = answer_of(FakeFunctions({"F": failing("KeyError", "x")}))
    wrong, _ = answer_of(FakeFunctions({"F": lambda _event: {"statusCode": 99}}))

    assert (failed.status, failed.body) == (502, b"Internal Server Error")
    assert (wrong.status, wrong.body) == (502, b"Internal Server Error")
    assert served.exchanges[-1].problem == "KeyError: x"


@pytest.mark.parametrize(
    ("refusal", "status"), [(Throttled("no concurrency"), 429), (PayloadTooLarge("too large"), 413)]
)
def test_what_lambda_refuses_to_run_has_its_own_status(refusal: Exception, status: int) -> None:
    class Refusing:
        async def invoke(
            self, name: str, payload: bytes, *, trigger: Trigger, trace: str | None = None
        ) -> Invocation:
            raise refusal

    answer, served = answer_of(Refusing())

    assert answer.status == status
    assert served.exchanges[-1].problem == str(refusal)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
        (b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 6291457\r\n\r\n", 413),
    ],
)
def test_what_reaches_no_function_is_answered_by_the_url(
    url: Served, sent: bytes, status: int
) -> None:
    answer = url.ask(sent)

    assert answer.status == status
    assert answer.header("content-type") == "application/json"
    assert answer.header("x-amzn-requestid")
