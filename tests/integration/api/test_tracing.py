"""Spans of a request: every store is in them, and nothing that its caller sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api_client import ApiClient, address
from tests.integration.api.conftest import MakeApi
from tests.xray_daemon import FUNCTION, ROOT, Daemon, SentSpans, traced

pytestmark = pytest.mark.usefixtures("patient")

ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "role": "countess"}


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with traced() as daemon:
        yield daemon


@pytest.fixture
def traced_api(daemon: Daemon, make_api: MakeApi) -> ApiClient:
    """An environment that began with tracing on."""
    return make_api()


def stores_of(sent: SentSpans, request: str) -> set[str]:
    """The stores whose spans are inside the request's own, at whatever depth."""
    (own,) = sent.named(request)
    assert (own.trace_id, own.parent_id) == (ROOT, FUNCTION)
    return {span.name for span in sent.spans if span.parent_id == own.id}


def test_the_stores_that_a_request_waited_for_are_spans_inside_its_own(
    traced_api: ApiClient, daemon: Daemon, s3: Any
) -> None:
    assert traced_api.post("/users", ADA).status == 201
    assert stores_of(daemon.received(), "POST /users") == {"PostgreSQL", "Redis", "OpenSearch"}

    assert traced_api.get(address(ADA["email"])).status == 200
    assert stores_of(daemon.received(), "GET /users/:email") == {"PostgreSQL", "Redis"}

    assert traced_api.get("/datasets").status == 200
    assert stores_of(daemon.received(), "GET /datasets") == {"S3"}


def test_nothing_that_a_caller_sent_is_in_a_span(
    traced_api: ApiClient, sync: Callable[..., Any], daemon: Daemon
) -> None:
    traced_api.post("/users", ADA)
    traced_api.post("/users", ADA)
    traced_api.patch(address(ADA["email"]), {"role": "countess of Lovelace"})
    traced_api.get("/users/search", query="q=Lovelace")
    traced_api.delete(address(ADA["email"]))
    traced_api.get(address(ADA["email"]))
    sync()
    sent = daemon.received()
    assert {"PostgreSQL", "Redis", "OpenSearch"} <= {span.name for span in sent.spans}
    told = sent.text.casefold()
    assert [word for word in ("ada@", "example.com", "lovelace", "countess") if word in told] == []


def test_a_write_is_followed_to_the_index_in_the_trace_of_its_request(
    traced_api: ApiClient, sync: Callable[..., Any], daemon: Daemon
) -> None:
    traced_api.post("/users", ADA)
    (request,) = daemon.received().named("POST /users")
    with traced() as of_the_sync:
        sync()
        (followed,) = of_the_sync.received().named("search-sync")
    assert followed.trace_id == ROOT
    assert request.trace_id == ROOT
    assert followed.start >= request.start


def test_the_log_of_the_sync_names_the_traces_of_the_writes_also_without_tracing(
    make_api: MakeApi, sync: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with traced(tracing="off") as daemon:
        make_api().post("/users", ADA)
        sync()
        line = caplog.records[-1]
        assert (line.message, vars(line)["traces"]) == ("search sync", [ROOT])
        assert daemon.received().spans == ()


def test_a_failure_is_told_by_its_kind(daemon: Daemon, make_api: MakeApi) -> None:
    api = make_api(opensearch_url="http://127.0.0.1:9")
    daemon.received()
    assert api.get("/users/search", query="q=Lovelace").json()["degraded"] is True
    (span,) = daemon.received().named("OpenSearch")
    assert (span.detail, span.failure) == ("POST _search", "fault")


@pytest.mark.parametrize(("tracing", "sampled"), [("off", True), ("", True), ("on", False)])
def test_nothing_is_sent_where_it_is_not_wanted(
    make_api: MakeApi, tracing: str, sampled: bool
) -> None:
    with traced(tracing=tracing, sampled=sampled) as daemon:
        assert make_api().get("/status/ready").status == 200
        assert daemon.received().spans == ()


def test_a_daemon_that_is_not_there_costs_no_request(
    traced_api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("", "127.0.0.1:1", "nonsense:x"):
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", place)
        assert traced_api.get("/status/ready").status == 200
