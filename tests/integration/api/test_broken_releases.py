"""Releases that are broken in five ways are stopped, by what is tried before or by the alarm after.

Both versions run here on real data services. The alarm is worked out from the lines that they log.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from api.handler import HttpEntry
from api.observability import get_logger
from api.settings import Settings, load_settings
from smoke.api import check_api
from smoke.versions import Unfit
from tests.alarm_maths import Line, rings
from tests.api_client import ApiClient, load_event

pytestmark = pytest.mark.usefixtures("patient")

OLD, NEW = "12", "13"
NAME = "release-check-1"
Invoke = Callable[[Any], Any]
Make = Callable[[Any, Settings, pytest.MonkeyPatch], HttpEntry]


@pytest.fixture
def live(make_api: Callable[..., ApiClient]) -> Invoke:
    """The version that takes requests now."""
    return invoke_of(make_api()._entry)


def invoke_of(entry: Any) -> Invoke:
    return lambda event: entry(event, None)


def empty_redis_host(_: Any, settings: Settings, patch: pytest.MonkeyPatch) -> HttpEntry:
    for name, value in settings.model_dump(mode="json").items():
        patch.setenv(name.upper(), str(value))
    patch.setenv("DATABASE_PASSWORD", settings.database_password.get_secret_value())
    patch.setenv("REDIS_HOST", "")
    return HttpEntry(load_settings)


def missing_library(*_: Any) -> HttpEntry:
    def load() -> Settings:
        raise ImportError("no module named redis")

    return HttpEntry(load)


def wrong_redis(make_api: Any, *_: Any) -> HttpEntry:
    return make_api(redis_host="127.0.0.1", redis_port=9)._entry


def wrong_database(make_api: Any, *_: Any) -> HttpEntry:
    return make_api(database_name="another")._entry


def code_before_its_migration(make_api: Any, settings: Settings, *_: Any) -> HttpEntry:
    """It reaches everything, and the tables that it asks for are not there."""
    return make_api(database_name="template1")._entry


BROKEN = (
    empty_redis_host,
    missing_library,
    wrong_redis,
    wrong_database,
    code_before_its_migration,
)


@pytest.mark.parametrize("make", BROKEN)
def test_a_broken_release_is_stopped_before_its_first_request(
    make: Make, make_api: Any, settings: Settings, live: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = make(make_api, settings, monkeypatch)

    with pytest.raises(Unfit):
        check_api(invoke_of(candidate), live, NAME)


@pytest.mark.parametrize("make", [one for one in BROKEN if one is not wrong_redis])
def test_a_broken_release_that_gets_a_tenth_of_little_traffic_sets_its_alarm_off(
    make: Make, make_api: Any, settings: Settings, live: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = invoke_of(make(make_api, settings, monkeypatch))

    minutes = [traffic(live, candidate, monkeypatch) for _ in range(3)]

    assert rings("ApiReleaseErrors", minutes, version=NEW)
    assert not rings("ApiReleaseErrors", minutes, version=OLD)


def test_a_release_that_works_passes_and_rings_nothing(
    make_api: Any, live: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = invoke_of(make_api()._entry)

    check_api(candidate, live, NAME)
    minutes = [traffic(live, candidate, monkeypatch) for _ in range(3)]

    assert not rings("ApiReleaseErrors", minutes, version=NEW)
    assert not rings("ApiServerErrors", minutes, version=NEW)


def test_what_is_tried_leaves_nobody_behind(make_api: Any, live: Invoke) -> None:
    api = make_api()

    check_api(invoke_of(api._entry), live, NAME)

    assert api.get("/users/").json()["items"] == []


def test_a_cache_that_is_down_for_both_versions_stops_no_release(make_api: Any) -> None:
    away = make_api(redis_host="127.0.0.1", redis_port=9)

    check_api(invoke_of(away._entry), invoke_of(away._entry), NAME)


def traffic(live: Invoke, candidate: Invoke, patch: pytest.MonkeyPatch) -> Sequence[Line]:
    """A minute's log lines: nine requests for the old version, one for the new, which creates."""
    with logged() as lines:
        patch.setenv("AWS_LAMBDA_FUNCTION_VERSION", OLD)
        for _ in range(9):
            live(load_event("http_get_user"))
        patch.setenv("AWS_LAMBDA_FUNCTION_VERSION", NEW)
        candidate(load_event("http_create_user"))
    return lines


@contextmanager
def logged() -> Iterator[list[Line]]:
    """The lines that the API logs meanwhile, at the end of it."""
    lines: list[Line] = []
    stream, handler = io.StringIO(), get_logger().registered_handler
    before = handler.setStream(stream)
    try:
        yield lines
    finally:
        handler.setStream(before)
    lines += [json.loads(line) for line in stream.getvalue().splitlines() if line[:1] == "{"]
