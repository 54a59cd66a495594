"""The Lambda event of an HTTP request, against events as API Gateway sends them.

The files in events/ follow AWS's documentation and captures of live HTTP APIs; each holds a
request, its route and the event.
"""

import base64
import json
import time
from datetime import datetime
from pathlib import Path

import pytest

from samulator.http.gateway.payload_v2 import Target, build_event
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HttpRequest, new_request_id
from samulator.http.gateway.routes import Match, RouteTable
from samulator.template.model_http import LambdaProxy, Route

EVENTS = sorted((Path(__file__).parent / "events").glob("http_*.json"))
ANY = Route("ANY", "/{proxy+}", LambdaProxy("Function"))


def request_for(
    *,
    method: str = "GET",
    target: str = "/",
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"",
) -> HttpRequest:
    return HttpRequest(
        method=method,
        target=target,
        headers=headers or [],
        body=body,
        client_ip="203.0.113.9",
        port=3000,
    )


def event_for(request: HttpRequest) -> dict:
    match = RouteTable([ANY]).match(request.method, request.path)
    assert match is not None
    return build_at(request, match, new_request_id())


def build_at(request: HttpRequest, match: Match, request_id: str) -> dict:
    target = Target(request.path, match.route_key, match.path_parameters)
    return build_event(request, Place("local"), target, request_id)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_request_becomes_the_recorded_event(path: Path):
    recorded = json.loads(path.read_text(encoding="utf-8"))
    sent = recorded["request"]
    request = request_for(
        method=sent["method"],
        target=sent["target"],
        headers=[tuple(pair) for pair in sent["headers"]],
        body=sent["body"].encode(),
    )
    route = Route(**recorded["route"], integration=LambdaProxy("Function"))
    match = RouteTable([route]).match(request.method, request.path)
    assert match is not None

    before = time.time_ns() // 1_000_000
    event = build_at(request, match, "BDM0Rg8AyQ0EMXA=")
    after = time.time_ns() // 1_000_000

    context = event["requestContext"]
    at = context.pop("timeEpoch")
    assert before <= at <= after
    assert datetime.strptime(context.pop("time"), "%d/%b/%Y:%H:%M:%S %z").timestamp() == at // 1000
    assert event == recorded["event"]


@pytest.mark.parametrize(
    ("content_type", "is_base64"),
    [
        ("text/plain", False),
        ("text/csv; charset=utf-8", False),
        ("application/json", False),
        ("Application/JSON;charset=utf-8", False),
        ("application/xml", False),
        ("application/javascript", False),
        ("application/x-www-form-urlencoded", True),
        ("multipart/form-data; boundary=x", True),
        ("application/octet-stream", True),
        ("application/problem+json", True),
        (None, True),
    ],
)
def test_body_is_base64_unless_its_type_is_one_of_the_text_types(content_type, is_base64):
    headers = [] if content_type is None else [("content-type", content_type)]

    event = event_for(request_for(method="POST", headers=headers, body=b"a=1"))

    assert event["isBase64Encoded"] is is_base64
    assert event["body"] == (base64.b64encode(b"a=1").decode() if is_base64 else "a=1")


def test_binary_body_survives_unchanged():
    body = bytes(range(256))

    event = event_for(request_for(method="PUT", body=body))

    assert base64.b64decode(event["body"]) == body
    assert event["headers"]["content-length"] == "256"


def test_absent_parts_have_no_key():
    event = event_for(request_for())

    assert {"body", "cookies", "queryStringParameters", "stageVariables"}.isdisjoint(event)


@pytest.mark.parametrize(
    ("target", "raw_path", "raw_query"),
    [
        ("/a%2Fb", "/a/b", ""),
        ("/caf%C3%A9", "/café", ""),
        ("/a%252Fb", "/a%2Fb", ""),
        ("/users/", "/users/", ""),
        ("/a//b", "/a//b", ""),
        ("/a%3Fx=1?y=%20", "/a", "y=%20"),
        ("/a?", "/a", ""),
        ("/bad%ff", "/bad\ufffd", ""),
    ],
)
def test_path_is_decoded_once_and_query_kept_as_sent(target, raw_path, raw_query):
    event = event_for(request_for(target=target))

    assert (event["rawPath"], event["rawQueryString"]) == (raw_path, raw_query)


def test_event_is_json_whatever_the_client_sends():
    headers = [("x-odd", "\ufffd"), ("Cookie", "; ;")]

    event = event_for(request_for(target="/%00?%ff=%fe&&=", headers=headers, body=b"\xff"))

    assert json.loads(json.dumps(event)) == event


def test_route_key_of_a_verb_route_names_the_verb():
    match = Match(Route("GET", "/a", LambdaProxy("Function")), {})

    assert match.route_key == "GET /a"
