"""The gateway before clients of every kind: each gets a whole answer, and it is the gateway's."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samulator.functions.invocation import Invocation, Trigger
from samulator.http.gateway.request import BODY_LIMIT
from samulator.template.model_http import Cors, HttpApi, LambdaProxy, Route
from testkit.doors import Served, serve_api
from testkit.raw_http import RawAnswer, exchange, parse

SHOP = "https://shop.example"


class EchoFunctions:
    """Answers with the event, or with the request's body where the path is /reply."""

    async def invoke(
        self, name: str, payload: bytes, *, trigger: Trigger, trace: str | None = None
    ) -> Invocation:
        event = json.loads(payload)
        result = event["body"] if event["rawPath"] == "/reply" else json.dumps({"event": event})
        return Invocation(name, "id", result.encode(), trigger=trigger)


def serve_gateway(cors: Cors | None) -> Iterator[Served]:
    route = Route("ANY", "$default", LambdaProxy("F"))
    with serve_api(HttpApi("local", (route,), cors), EchoFunctions()) as served:
        yield served


@pytest.fixture(scope="module")
def gateway() -> Iterator[Served]:
    yield from serve_gateway(None)


@pytest.fixture(scope="module")
def open_gateway() -> Iterator[Served]:
    yield from serve_gateway(Cors(allow_origins=(SHOP,), allow_methods=("GET",)))


def is_the_gateways(answer: RawAnswer) -> bool:
    """Whether API Gateway words an answer so."""
    return (
        answer.header("content-type") == "application/json"
        and bool(answer.header("apigw-requestid"))
        and answer.header("server") is None
        and json.loads(answer.body).keys() == {"message"}
    )


def event_of(answer: RawAnswer) -> dict:
    assert answer.status == 200, answer
    return json.loads(answer.body)["event"]


HOST = b"Host: localhost\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/0.9\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 400),
        (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        ("GET /\u00fc HTTP/1.1\r\n".encode() + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /a\0b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\rb\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\0b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X A: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b": b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"a: b\r\n" * 2_000 + b"\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: what\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Expect: tea\r\nContent-Length: 1\r\n\r\na", 417),
        (b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
        (b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n", 403),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Origin: https://evil.example\r\n\r\n", 403),
    ],
)
def test_what_reaches_no_function_is_answered_by_the_gateway(
    gateway: Served, sent: bytes, status: int
) -> None:
    answer = gateway.ask(sent)

    assert (answer.status, is_the_gateways(answer)) == (status, True)
    assert gateway.exchanges[-1].status == status
    assert gateway.exchanges[-1].problem or status == 405


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nHost: loc", b"GET / HTTP/1.1\r\n"])
def test_a_head_that_is_never_finished_is_a_400_at_its_end(gateway: Served, sent: bytes) -> None:
    answer = gateway.ask(sent)

    assert (answer.status, is_the_gateways(answer)) == (400, True)


def test_a_client_that_says_nothing_is_told_nothing(gateway: Served) -> None:
    assert exchange(gateway.url) == []


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a%20b%zz%", "/a b%zz%", ""),
        (b"/%00", "/\0", ""),
        (b"/%ff", "/\ufffd", ""),
        (b"/%C3%BC?%C3%BC=1", "/\u00fc", "%C3%BC=1"),
        (b"/a#b?c", "/a", ""),
        (b"//two", "//two", ""),
        (b"http://localhost/a?b=1", "/a", "b=1"),
        (b"http://localhost", "/", ""),
        (b"http://localhost?b=1", "/", "b=1"),
    ],
)
def test_every_form_of_a_target_has_one_path(
    gateway: Served, target: bytes, path: str, query: str
) -> None:
    event = event_of(gateway.ask(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n"))

    assert (event["rawPath"], event["rawQueryString"]) == (path, query)


def test_headers_in_no_known_encoding_reach_the_function_as_text(gateway: Served) -> None:
    event = event_of(gateway.ask(b"GET / HTTP/1.1\r\n" + HOST + b"X-A: \xff\xc3\xbc\r\n\r\n"))

    assert event["headers"]["x-a"] == "\ufffd\u00fc"


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(gateway: Served) -> None:
    head = b"POST /e HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 2\r\n"

    event = event_of(gateway.ask(head + b"Content-Type: text/plain\r\n\r\n", b"ab"))

    assert event["body"] == "ab"


def test_requests_in_a_row_are_answered_in_their_order(gateway: Served) -> None:
    requests = b"".join(b"GET /%d HTTP/1.1\r\n%s\r\n" % (number, HOST) for number in range(30))

    answers = exchange(gateway.url, requests)

    assert [event_of(answer)["rawPath"] for answer in answers] == [f"/{n}" for n in range(30)]


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n", [200]),
        (b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\n\r\n\r\n", [200]),
        (b"GET /a HTTP/1.1\r\n" + HOST + b"\r\nGET /b HTTP/1.1\r\n" + HOST + b"\r\n", [200, 200]),
    ],
)
def test_what_follows_a_request_takes_nothing_from_its_answer(
    gateway: Served, sent: bytes, statuses: list[int]
) -> None:
    answers = exchange(gateway.url, sent + b"GARBAGE\r\n\r\n")

    assert [answer.status for answer in answers] == [*statuses, 400]
    assert is_the_gateways(answers[-1])


def test_a_body_that_goes_wrong_later_is_answered_at_once(gateway: Served) -> None:
    head = b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"

    answer = gateway.ask(head + b"3\r\nabc\r\n", b"ZZ\r\n", ends=False)

    assert (answer.status, is_the_gateways(answer)) == (400, True)


def test_a_body_over_the_limit_is_refused_before_it_is_whole(gateway: Served) -> None:
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"

    answer = gateway.ask(head, *[chunk] * (BODY_LIMIT // 0x100000 + 1))

    assert (answer.status, is_the_gateways(answer)) == (413, True)


@pytest.mark.parametrize("reads_first", [True, False])
def test_who_hangs_up_on_a_refusal_leaves_nothing_behind(
    gateway: Served, caplog: pytest.LogCaptureFixture, reads_first: bool
) -> None:
    host, port = gateway.url.removeprefix("http://").split(":")
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % (BODY_LIMIT * 2)
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(head + b"x" * 1000)
        received = client.recv(65536) if reads_first else b""
        client.shutdown(socket.SHUT_WR)
        while more := client.recv(65536):
            received += more

    assert [answer.status for answer in parse(received)] == [413]
    assert not [record for record in caplog.records if record.exc_info]


def reply(gateway: Served, result: object, *, method: bytes = b"POST") -> RawAnswer:
    """What the gateway makes of a function's result, which may be the JSON text itself."""
    body = result if isinstance(result, bytes) else json.dumps(result).encode()
    head = method + b" /reply HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    sent = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    return gateway.ask(sent, head=method == b"HEAD")


@pytest.mark.parametrize(
    "result",
    [
        *({"statusCode": code, "body": "x"} for code in (0, 99, 100, 101, 103, 199, 600, 999)),
        *({"statusCode": code} for code in (-200, 200.5, 200.0, "", "2OO", " 200", "0200", "٢٠٠")),
        *({"statusCode": code} for code in ("9" * 9_000, 10**400, None, True, [], {}, "200\n")),
        *(
            {"statusCode": 200, "headers": {name: "b"}}
            for name in ("", " ", "x y", "x:y", "x\r\nset-cookie: a", "ü", "x\0", "(x)", "x\n")
        ),
        *(
            {"statusCode": 200, "headers": {"x-a": value}}
            for value in ("a\x01b", "tab\x7f", "a\r\nb: c", "a\rb", "a\nb", "\0", "\ud800", "b\n")
        ),
        *({"statusCode": 200, "headers": {"x-a": value}} for value in (None, [], ["a"], {})),
        *({"statusCode": 200, "headers": headers} for headers in ([1], "x-a: b", 7)),
        *({"statusCode": 200, "cookies": cookies} for cookies in ("a=b", [1], [None], ["a\r\nb"])),
        *({"statusCode": 200, "body": body} for body in (1, True, {}, {"a": 1}, [], [1], 1.5)),
        *(
            {"statusCode": 200, "isBase64Encoded": True, "body": body}
            for body in ("a", "ab!c", "ü", "YWI=\nYWI=", "=")
        ),
        *({"statusCode": 200, "isBase64Encoded": flag, "body": "YQ=="} for flag in (1, "yes", [])),
        *(b'{"statusCode": 200, "headers": {"x-a": %s}}' % text for text in (b"NaN", b"Infinity")),
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"nothing",
        b"",
    ],
    ids=lambda result: repr(result)[:60],
)
def test_a_result_that_no_answer_can_be_made_of_is_a_500(gateway: Served, result: object) -> None:
    answer = reply(gateway, result)

    assert (answer.status, answer.body) == (500, b'{"message":"Internal Server Error"}')
    assert is_the_gateways(answer)
    problem = gateway.exchanges[-1].problem
    assert problem
    assert len(problem) < 300


@pytest.mark.parametrize("code", [200, 204, 205, 299, 304, 399, 418, 500, 599, "404"])
@pytest.mark.parametrize("method", [b"POST", b"HEAD"])
@pytest.mark.parametrize("length", ["0", "7", "99999", "x", "١", "9" * 30, ""])
def test_whatever_length_a_function_claims_the_message_is_whole(
    gateway: Served, code: int | str, method: bytes, length: str
) -> None:
    headers = {"Content-Length": length, "Transfer-Encoding": "chunked", "Connection": "upgrade"}

    answer = reply(gateway, {"statusCode": code, "headers": headers, "body": "x"}, method=method)

    assert answer.status == int(code)
    assert answer.body == (b"x" if method == b"POST" and int(code) not in (204, 304) else b"")


def test_headers_stand_once_whatever_their_case(gateway: Served) -> None:
    headers = {"X-A": "1", "x-a": "2", "Content-Type": "a/b", "CONTENT-TYPE": "text/html"}

    answer = reply(gateway, {"statusCode": 200, "headers": headers, "body": "x"})

    assert answer.header("x-a") == "2"
    assert answer.header("content-type") == "text/html"


def test_headers_of_the_gateway_itself_are_not_the_functions_to_set(gateway: Served) -> None:
    answer = reply(gateway, {"statusCode": 200, "headers": {"Apigw-RequestId": "mine"}})

    assert answer.header("apigw-requestid") != "mine"


def test_a_function_may_name_its_server_and_use_any_letter(gateway: Served) -> None:
    answer = reply(gateway, {"statusCode": 200, "headers": {"Server": "x", "X-A": " \u00fc\t"}})

    assert (answer.header("server"), answer.header("x-a")) == ("x", "\u00fc")


@pytest.mark.parametrize("result", ["\ud800", {"statusCode": 200, "body": "\ud800"}])
def test_a_lone_surrogate_in_a_body_is_a_question_mark(gateway: Served, result: object) -> None:
    assert reply(gateway, result).body == b"?"


def test_pages_of_an_origin_that_the_template_allows_are_let_in(open_gateway: Served) -> None:
    sent = b"GET / HTTP/1.1\r\n" + HOST + b"Origin: %s\r\n\r\n"

    allowed = open_gateway.ask(sent % SHOP.encode())
    local = open_gateway.ask(sent % b"http://localhost:5173")
    foreign = open_gateway.ask(sent % b"https://evil.example")

    assert (allowed.status, allowed.header("access-control-allow-origin")) == (200, SHOP)
    assert (local.status, local.header("access-control-allow-origin")) == (200, None)
    assert (foreign.status, foreign.header("access-control-allow-origin")) == (403, None)


SAMPLE = (Path(__file__).parent / "requests.txt").read_bytes().split(b"\n---\n")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A request, or what becomes of it when pieces are cut out and others put in."""
    sent = draw(st.sampled_from(SAMPLE)).replace(b"\n", b"\r\n")
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(sent)))
        stop = draw(st.integers(start, min(len(sent), start + 20)))
        sent = sent[:start] + draw(st.binary(max_size=8)) + sent[stop:]
    return sent


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=damaged())
def test_any_bytes_get_whole_answers(gateway: Served, sent: bytes) -> None:
    answers = exchange(gateway.url, sent)

    assert answers or not sent.strip()
    for answer in answers:
        assert answer.header("apigw-requestid")


def test_the_reader_of_these_tests_notices_what_is_not_whole() -> None:
    for wrong in (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"<html>\r\n\r\n"):
        with pytest.raises(AssertionError):
            parse(wrong)
    with pytest.raises(AssertionError):
        parse(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab")
