"""An environment is ready once Lambda has started it: no route is left for its first request."""

import warnings
from collections.abc import Iterator

import pytest

from api.handler import HttpEntry
from tests.api_client import ApiClient
from tests.environments import event_loop
from tests.unattached_api import refusing_settings

CALLS = [
    ("GET", "/status/live"),
    ("GET", "/users/"),
    ("GET", "/users/roles"),
    ("POST", "/users/"),
    ("PATCH", "/users/ada%40example.com"),
    ("DELETE", "/users/ada%40example.com"),
    ("POST", "/datasets/uploads"),
    ("GET", "/docs"),
    ("GET", "/console/"),
    ("GET", "/nowhere"),
]


@pytest.fixture(autouse=True)
def _loop() -> Iterator[None]:
    with event_loop():
        yield


def started() -> ApiClient:
    entry = HttpEntry(refusing_settings)
    entry.prepare()
    return ApiClient(entry)


def answer_all(api: ApiClient) -> None:
    for method, path in CALLS:
        body = {} if method in ("POST", "PATCH") else None
        assert api.call(method, path, body=body).status != 500


def test_first_requests_of_two_environments_at_once_do_not_disturb_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """FastAPI builds a route under other warnings filters, which belong to the whole process.

    Two threads that did so at once gave each other a warning back, here as an error: a 500.
    """
    # The models of query parameters are built once in a process, whatever the environments.
    answer_all(started())
    second, changed = started(), list[str]()

    class Watched(warnings.catch_warnings):  # type: ignore[type-arg]
        def __enter__(self) -> None:
            changed.append("filters")
            super().__enter__()

    monkeypatch.setattr(warnings, "catch_warnings", Watched)
    answer_all(second)
    assert changed == []
    started()
    assert changed, "FastAPI has another way now, and this test sees nothing"
