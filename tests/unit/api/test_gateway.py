"""Odd events and odd answers: the Lambda entry never raises and always answers HTTP."""

import base64
import copy
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mangum import Mangum

from api.errors import AppError, SearchUnavailable
from api.handler import HttpEntry
from api.settings import Settings, SettingsError
from api.web import gateway
from api.web.problems import KINDS
from tests.api_client import load_event, read_answer
from tests.unattached_api import refusing_settings


@pytest.fixture(scope="module")
def entry() -> HttpEntry:
    return HttpEntry(refusing_settings)


@pytest.fixture
def event() -> Any:
    return copy.deepcopy(load_event("http_status"))


def test_recorded_event_is_answered(entry: HttpEntry, event: Any) -> None:
    answer = entry(event, None)
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    assert json.loads(answer["body"])["status"] == "running"


@pytest.mark.parametrize(
    "change",
    [
        {"headers": None},
        {"headers": {"host": "[::1]:3000"}},
        {"headers": {"host": "::1"}},
        {"headers": {"host": "localhost:port"}},
        {"headers": {"host": ""}},
        {"headers": {"x": None, "Y": 3, "z": "é\ud800"}},
        {"headers": {"x-forwarded-port": "x", "host": "h"}},
        {"rawQueryString": None},
        {"rawQueryString": "a=\ud800"},
        {"cookies": None},
        {"body": None},
        {"body": "\ud800"},
        {"rawPath": None},
        {"requestContext": {"http": {"path": "/status", "method": "GET"}}},
        {"requestContext": {"http": {"path": "/status"}, "requestId": None}},
    ],
)
def test_odd_event_is_answered_all_the_same(entry: HttpEntry, event: Any, change: Any) -> None:
    answer = read_answer(entry(event | change, None))
    assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        "x",
        {"version": "2.0"},
        {"Records": []},
        {"version": "2.0", "requestContext": None},
    ],
)
def test_other_event_is_a_problem(entry: HttpEntry, event: Any) -> None:
    answer = read_answer(entry(event, None))
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")


def test_body_that_is_not_the_base64_it_says_is_400(entry: HttpEntry, event: Any) -> None:
    event |= {"body": "a", "isBase64Encoded": True}
    assert entry(event, None)["statusCode"] == 400


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    path=st.text(st.characters(codec=None), max_size=20),
    query=st.text(st.characters(codec=None), max_size=20),
    headers=st.none()
    | st.dictionaries(st.text(max_size=8), st.none() | st.text(st.characters(codec=None))),
    method=st.sampled_from(["GET", "POST", "PURGE", "", "get"]),
    body=st.none() | st.text(st.characters(codec=None), max_size=20),
)
def test_any_event_gets_an_http_answer(entry: HttpEntry, **fields: Any) -> None:
    event = copy.deepcopy(load_event("http_status"))
    event |= {"rawPath": fields["path"], "rawQueryString": fields["query"]}
    event |= {"headers": fields["headers"], "body": fields["body"]}
    event["requestContext"]["http"]["method"] = fields["method"]
    answer = entry(event, None)
    assert 200 <= answer["statusCode"] < 600
    assert answer["statusCode"] != 500, answer
    json.dumps(answer, ensure_ascii=False).encode()
    assert all(value.isascii() for value in answer["headers"].values())


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8")).map(lambda text: f"/{text}"))
@example("/users/a%2540b@x.org")
@example("/datasets/50%25/%41")
def test_path_that_the_gateway_has_decoded_is_not_decoded_again(event_path: str) -> None:
    seen: list[str] = []

    async def application(scope: Any, _receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    event = copy.deepcopy(load_event("http_status")) | {"rawPath": event_path}
    Mangum(application, lifespan="off")(gateway.normalise(event), None)

    assert seen == [event_path]


def test_wrong_settings_fail_the_request_naming_the_variable(event: Any) -> None:
    def load() -> Settings:
        raise SettingsError("The environment is wrong: DATABASE_PORT: no number")

    answer = read_answer(HttpEntry(load)(event, None))
    assert answer.status == 500
    assert "DATABASE_PORT" in answer.json()["detail"]


def test_bug_is_a_500_problem_that_tells_nothing(event: Any) -> None:
    entry = HttpEntry(refusing_settings)
    entry.prepare().app.state.users = None  # type: ignore[attr-defined]
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/users"
    answer = read_answer(entry(event, None))
    assert answer.status == 500
    assert answer.json()["type"] == "about:blank"
    assert "NoneType" not in answer.body.decode()


def test_answer_headers_are_ascii_and_an_empty_answer_has_no_type() -> None:
    answer = gateway.finish(
        {"statusCode": 204, "headers": {"content-type": "application/json", "x": "é"}, "body": ""}
    )
    assert answer["headers"] == {"x": "%C3%A9"}


def test_binary_body_survives_the_way_in(entry: HttpEntry, event: Any) -> None:
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/users"
    event["requestContext"]["http"]["method"] = "POST"
    event["headers"]["content-type"] = "application/json"
    event |= {"body": base64.b64encode(b"\xff\x00").decode(), "isBase64Encoded": True}
    assert read_answer(entry(event, None)).status == 422


def test_every_error_has_a_status() -> None:
    def leaves(kind: type[AppError]) -> set[type[AppError]]:
        return {kind} | {leaf for sub in kind.__subclasses__() for leaf in leaves(sub)}

    for kind in leaves(AppError) - {AppError}:
        assert any(parent in KINDS for parent in kind.__mro__), kind
    assert SearchUnavailable in leaves(AppError)
