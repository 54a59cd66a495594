"""Data services that answer, but slower than a caller can wait: byte by byte, late, without DNS."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any
from uuid import uuid4

import pytest
import trustme

from api.network import names
from samulator.servers.group import Servers
from testkit.ports import reserve_port
from testkit.timing import least, seconds_of, wait_until
from tests.api_client import Answer, ApiClient, address
from tests.integration.api.conftest import MakeApi, Proxies
from tests.tcp_proxy import TcpProxy
from tests.tls_front import TlsFront

ADA = address("ada@example.com")
PROMISED = 3.0
NO_SUCH_NAME = "name.that.nobody.answers.for"


def user() -> dict[str, str]:
    return {"name": "A", "email": f"{uuid4().hex}@example.com", "role": "x"}


def seconds_to_an_answer(call: Callable[[], Answer]) -> float:
    """The answer is a right one, or 503 with the time to come back."""
    answers: list[Answer] = []
    seconds = seconds_of(lambda: answers.append(call()))
    if answers[0].status == 503:
        assert int(answers[0].headers["retry-after"]) >= 1
    else:
        assert answers[0].status in (200, 201), answers[0].body
    return seconds


LATE, DRIP = {"late": 0.9}, {"drip": 0.05}


@pytest.mark.parametrize(
    ("fault", "is_warm"),
    [
        pytest.param(LATE, False, id="late-cold"),
        pytest.param(DRIP, True, id="drip-warm"),
        pytest.param(LATE, True, id="late-warm", marks=pytest.mark.long),
        pytest.param(DRIP, False, id="drip-cold", marks=pytest.mark.long),
    ],
)
def test_postgres_that_answers_too_slowly_is_told_in_three_seconds(
    make_api: MakeApi, proxies: Proxies, fault: dict[str, float], is_warm: bool
) -> None:
    make_api().create("ada@example.com")
    calls: list[Callable[[ApiClient], Answer]] = [
        lambda api: api.patch(ADA, {"name": "B"}, headers={"If-Match": '"7"'}),
        lambda api: api.post("/users/", user()),
    ]
    for call in calls:

        def seconds(call: Callable[[ApiClient], Answer] = call) -> float:
            proxies.postgres.heal()
            api = make_api(**proxies.settings())
            if is_warm:
                assert api.get("/users/").status == 200
            vars(proxies.postgres).update(fault)
            return seconds_to_an_answer(partial(call, api))

        assert least(seconds, below=PROMISED) < PROMISED


def test_handshake_that_drips_is_bounded_too(
    make_api: MakeApi,
    services: Servers,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority = trustme.CA()
    roots = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with (
        TlsFront(services.data["postgres"].port, context) as front,
        TcpProxy(front.port, reserve_port()) as proxy,
    ):
        through = {
            "database_tls": "verify-full",
            "database_host": "localhost",
            "database_port": proxy.port,
        }
        assert make_api(**through).get("/users/").status == 200
        for drip in (0.005, 0.05):
            proxy.drip = drip

            def seconds() -> float:
                return seconds_to_an_answer(partial(make_api(**through).get, "/users/"))

            assert least(seconds, below=PROMISED) < PROMISED


def added(normal: Callable[[], Answer], slow: Callable[[], Answer]) -> float:
    """What the slowest of the first calls takes longer than a normal one."""
    usual = median(seconds_of(normal) for _ in range(5))
    return max(seconds_of(slow) for _ in range(4)) - usual


@pytest.mark.parametrize("drip", [0.05, 0.02])
def test_cache_that_drips_costs_a_read_no_more_than_a_dead_one(
    make_api: MakeApi, proxies: Proxies, drip: float
) -> None:
    sound = make_api()
    ada = sound.create("ada@example.com")

    def cost() -> float:
        proxies.redis.heal()
        slow = make_api(**proxies.settings())
        assert slow.get(ADA).json() == ada
        proxies.redis.drip = drip
        return added(partial(sound.get, ADA), partial(slow.get, ADA))

    assert least(cost, below=0.150) < 0.150


def test_index_that_drips_costs_a_write_no_more_than_a_dead_one(
    make_api: MakeApi, proxies: Proxies
) -> None:
    sound = make_api()

    def cost() -> float:
        proxies.opensearch.heal()
        slow = make_api(**proxies.settings())
        slow.create(f"{uuid4().hex}@example.com")
        proxies.opensearch.drip = 0.01
        return added(lambda: sound.post("/users/", user()), lambda: slow.post("/users/", user()))

    assert least(cost, below=0.350) < 0.350


def test_search_that_drips_is_answered_by_postgres_in_time(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    ada = proxied_api.create("ada@example.com")
    proxies.opensearch.drip = 0.01
    answers: list[Answer] = []

    def seconds() -> float:
        return seconds_of(
            lambda: answers.append(proxied_api.get("/users/search", query="q=lovelace"))
        )

    assert least(seconds, below=1.3) < 1.3
    assert answers[0].json() == {"items": [ada], "total": 1, "degraded": True}


def test_storage_that_drips_is_told_in_seconds(
    make_api: MakeApi, services: Servers, s3: Any
) -> None:
    source = {"source": {"key": "orders.csv", "bucket": "sales-landing"}, "status": "ok"}
    body = json.dumps({**source, "filler": "x" * 10_000})
    s3.put_object(Bucket="sales-processed", Key="orders/report.json", Body=body)
    s3.put_object(Bucket="sales-landing", Key="orders.csv", Body=b"order_id\n")
    with TcpProxy(services.aws.port, reserve_port()) as proxy:
        api = make_api(aws_endpoint_url=f"http://127.0.0.1:{proxy.port}")
        run = {"dataset": "orders"}
        assert api.post("/datasets/runs", run).status == 202
        proxy.drip = 0.01

        def seconds() -> float:
            answer = api.post("/datasets/runs", run)
            assert answer.status == 503
            return float(answer.headers["retry-after"])

        assert least(lambda: seconds_of(seconds), below=3.5) < 3.5
    s3.delete_object(Bucket="sales-landing", Key="orders.csv")
    s3.delete_object(Bucket="sales-processed", Key="orders/report.json")


@pytest.mark.parametrize("after", [60, 110])
def test_list_whose_answer_is_cut_within_its_head_is_told_and_not_empty(
    make_api: MakeApi, services: Servers, s3: Any, after: int
) -> None:
    """The standard library takes what came for the whole head, and no length for no body."""
    summary = json.dumps({"status": "succeeded", "source_key": "orders.csv"})
    s3.put_object(Bucket="sales-processed", Key="_datasets/orders/summary.json", Body=summary)
    with TcpProxy(services.aws.port, reserve_port()) as proxy:
        api = make_api(aws_endpoint_url=f"http://127.0.0.1:{proxy.port}")
        proxy.cut_after = after
        assert api.get("/datasets/").status == 503
        proxy.heal()
        assert [one["source_key"] for one in api.get("/datasets/").json()["items"]] == [
            "orders.csv"
        ]
    s3.delete_object(Bucket="sales-processed", Key="_datasets/orders/summary.json")


def test_summary_of_which_a_part_came_is_told_and_read_again(
    make_api: MakeApi, services: Servers, s3: Any
) -> None:
    summary = {"status": "succeeded", "source_key": "orders.csv", "filler": "x" * 10_000}
    s3.put_object(
        Bucket="sales-processed", Key="_datasets/orders/summary.json", Body=json.dumps(summary)
    )
    with TcpProxy(services.aws.port, reserve_port()) as proxy:
        api = make_api(aws_endpoint_url=f"http://127.0.0.1:{proxy.port}")
        proxy.cut_after = 5_000
        assert api.get("/datasets/").status == 503
        proxy.heal()
        assert len(api.get("/datasets/").json()["items"]) == 1
    s3.delete_object(Bucket="sales-processed", Key="_datasets/orders/summary.json")


class Clock:
    """Time as deadlines see it: it passes only where somebody waits for the silent name."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def taken_by(self, call: Callable[[], Answer], *, status: int) -> float:
        started = self.now
        assert call().status == status
        return self.now - started


class Silence(threading.Event):
    """What never comes: waiting for it costs all the time that one has, and none of a test's."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None, "the name is waited for without end"
        self._clock.now += timeout
        return False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()

    class Lookup(names._Lookup):
        def __init__(self, host: str, port: int) -> None:
            super().__init__(host, port)
            if host == NO_SUCH_NAME:
                self.ended = Silence(clock)

    monkeypatch.setattr(names, "_Lookup", Lookup)
    monkeypatch.setattr("api.network.deadline.time", clock)
    return clock


@pytest.fixture
def silent_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[threading.Thread]]:
    """A name server that never answers, for one name; gives the threads that ask it."""
    released, asking = threading.Event(), list[threading.Thread]()
    known = socket.getaddrinfo

    def silent(host: Any, *rest: Any, **options: Any) -> Any:
        if host == NO_SUCH_NAME and not options.get("flags"):
            asking.append(threading.current_thread())
            released.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "silent")
        return known(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    yield asking
    released.set()
    for thread in asking:
        thread.join()


def test_name_server_that_never_answers_costs_each_store_what_it_may_cost(
    make_api: MakeApi, silent_names: list[threading.Thread], clock: Clock
) -> None:
    make_api().create("ada@example.com")
    no_postgres = make_api(database_host=NO_SUCH_NAME)
    no_redis = make_api(redis_host=NO_SUCH_NAME)
    no_index = make_api(opensearch_url=f"http://{NO_SUCH_NAME}:9200")
    assert 0 < clock.taken_by(partial(no_postgres.post, "/users/", user()), status=503) < PROMISED
    assert 0 < clock.taken_by(partial(no_redis.get, ADA), status=200) < 0.150
    assert 0 < clock.taken_by(partial(no_index.post, "/users/", user()), status=201) < 0.350
    for _ in range(2):
        clock.taken_by(partial(no_postgres.post, "/users/", user()), status=503)
        clock.taken_by(partial(no_index.post, "/users/", user()), status=201)
    wait_until(lambda: len(silent_names) >= 3)
    # Each name's one question is waited for by all, however many calls are made meanwhile.
    assert len(silent_names) == 3


def test_secret_that_nobody_gives_out_is_told_in_three_seconds(
    make_api: MakeApi, services: Servers
) -> None:
    with TcpProxy(services.aws.port, reserve_port()) as proxy:
        proxy.silent = True
        api = make_api(
            database_password="",
            database_secret_arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
            aws_endpoint_url=f"http://127.0.0.1:{proxy.port}",
        )

        def seconds() -> float:
            return seconds_to_an_answer(partial(api.get, ADA))

        assert least(seconds, below=PROMISED) < PROMISED
