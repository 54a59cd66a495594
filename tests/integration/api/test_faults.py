"""Dead, slow and silent backends: what callers see, and how long it takes."""

import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest

from tests.api_client import Answer, ApiClient, address
from tests.integration.api.conftest import MakeApi, Proxies
from tests.tcp_proxy import TcpProxy

FAULTS = ("refused", "silent", "cut", "reset", "garbage")


def break_(proxy: TcpProxy, fault: str) -> None:
    if fault == "refused":
        proxy.refuse()
    elif fault == "silent":
        proxy.silent = True
    elif fault == "garbage":
        proxy.garbage = b"\x00\xffnonsense\r\n"
    else:
        proxy.cut(reset=fault == "reset")


def timed(call: Callable[[], Answer]) -> tuple[Answer, float]:
    started = time.perf_counter()
    answer = call()
    return answer, time.perf_counter() - started


def normal_seconds(call: Callable[[], Answer]) -> float:
    return median(timed(call)[1] for _ in range(9))


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_cache_changes_no_answer_and_costs_little(
    proxied_api: ApiClient, proxies: Proxies, fault: str
) -> None:
    user = proxied_api.create("ada@example.com")
    normal = normal_seconds(lambda: proxied_api.get(address("ada@example.com")))
    break_(proxies.redis, fault)
    for _ in range(4):
        answer, seconds = timed(lambda: proxied_api.get(address("ada@example.com")))
        assert (answer.status, answer.json()) == (200, user)
        assert seconds < normal + 0.150
    changed, seconds = timed(
        lambda: proxied_api.patch(address("ada@example.com"), {"name": "Grace"})
    )
    assert changed.status == 200
    assert proxied_api.get(address("ada@example.com")).json() == changed.json()


def test_silent_cache_costs_nothing_once_the_breaker_is_open(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    proxied_api.create("ada@example.com")
    call = lambda: proxied_api.get(address("ada@example.com"))  # noqa: E731
    normal = normal_seconds(call)
    proxies.redis.silent = True
    for _ in range(3):
        call()
    assert median(timed(call)[1] for _ in range(9)) < normal + 0.005
    assert call().headers["x-cache"] == "bypass"


def test_slow_cache_is_left_alone_too(proxied_api: ApiClient, proxies: Proxies) -> None:
    proxied_api.create("ada@example.com")
    normal = normal_seconds(lambda: proxied_api.get(address("ada@example.com")))
    proxies.redis.delay = 0.03
    for _ in range(3):
        assert timed(lambda: proxied_api.get(address("ada@example.com")))[1] < normal + 0.150
    assert proxied_api.get(address("ada@example.com")).headers["x-cache"] == "bypass"


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_index_changes_no_write_and_costs_little(
    proxied_api: ApiClient, proxies: Proxies, fault: str
) -> None:
    numbers = iter(range(1000))

    def create() -> Answer:
        email = f"u{next(numbers)}@example.com"
        return proxied_api.post("/users/", {"name": "A", "email": email, "role": "x"})

    create()
    normal = normal_seconds(create)
    break_(proxies.opensearch, fault)
    for _ in range(3):
        answer, seconds = timed(create)
        assert answer.status == 201
        assert seconds < normal + 0.350
    if fault in ("refused", "silent", "garbage"):
        assert median(timed(create)[1] for _ in range(9)) < normal + 0.005


@pytest.mark.parametrize("fault", ["refused", "silent", "garbage"])
def test_broken_index_makes_searches_degraded_not_wrong(
    proxied_api: ApiClient, proxies: Proxies, fault: str
) -> None:
    ada = proxied_api.create("ada@example.com")
    proxied_api.create("bob@example.com", name="100% Bob_", role="guest")
    break_(proxies.opensearch, fault)
    for _ in range(4):
        answer, seconds = timed(lambda: proxied_api.get("/users/search", query="q=lovel%20adm"))
        assert answer.json() == {"items": [ada], "total": 1, "degraded": True}
        assert seconds < 1.5
    for text, total in (("%25", 1), ("_", 1), ("\\", 0), ("example", 2)):
        answer = proxied_api.get("/users/search", query=f"q={text}")
        assert answer.json()["total"] == total, text
    assert proxied_api.get("/users/search", query="q=example&role=guest").json()["total"] == 1
    beyond = proxied_api.get("/users/search", query="q=example&offset=5").json()
    assert beyond == {"items": [], "total": 2, "degraded": True}


@pytest.mark.parametrize(
    "answer",
    [
        {"hits": {"hits": [{"_id": "7"}], "total": {"value": 1}}},
        {"hits": {"hits": [{"_id": 7}], "total": {"value": 1}}},
        {"hits": {"hits": [], "total": {"value": "many"}}},
        {"hits": {"hits": None, "total": {"value": 1}}},
        {"hits": {"hits": [None], "total": 1}},
        {"hits": []},
        ["hits"],
        None,
    ],
)
def test_answer_of_the_index_that_makes_no_sense_makes_searches_degraded(
    proxied_api: ApiClient, proxies: Proxies, answer: Any
) -> None:
    ada = proxied_api.create("ada@example.com")
    for status in ("200 OK", "500 Oh"):
        proxies.opensearch.garbage = http_answer(status, answer)
        found = proxied_api.get("/users/search", query="q=ada")
        assert (found.status, found.json()) == (200, {"items": [ada], "total": 1, "degraded": True})
        assert proxied_api.patch(address("ada@example.com"), {"role": "admin"}).status == 200
        ada = proxied_api.get(address("ada@example.com")).json()


def http_answer(status: str, body: Any) -> bytes:
    text = json.dumps(body)
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(text)}"
    return f"{head}\r\n\r\n{text}".encode()


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_postgres_is_503_in_three_seconds_and_recovers_at_once(
    proxied_api: ApiClient, proxies: Proxies, fault: str
) -> None:
    proxied_api.create("ada@example.com")
    break_(proxies.postgres, fault)
    if fault not in ("cut", "reset"):
        for call in (
            lambda: proxied_api.get("/users/"),
            lambda: proxied_api.post(
                "/users/", {"name": "B", "email": "bob@example.com", "role": "x"}
            ),
            lambda: proxied_api.delete(address("ada@example.com")),
        ):
            answer, seconds = timed(call)
            assert (answer.status, seconds < 3.0) == (503, True), (answer.body, seconds)
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["content-type"] == "application/problem+json"
    proxies.postgres.heal()
    if fault == "silent":
        proxies.postgres.cut()
    answer = proxied_api.get("/users/")
    assert (answer.status, len(answer.json()["items"])) == (200, 1)
    assert proxied_api.patch(address("ada@example.com"), {"name": "Z"}).status == 200


def test_reply_lost_on_create_is_asked_again_and_made_once(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    proxied_api.create("warm@example.com")
    proxies.postgres.cut_after = 0
    answer = proxied_api.post("/users/", {"name": "B", "email": "bob@example.com", "role": "x"})
    assert answer.status == 503
    proxies.postgres.heal()
    emails = [user["email"] for user in proxied_api.get("/users/").json()["items"]]
    assert emails.count("bob@example.com") <= 1


def test_readiness_names_what_is_down(proxied_api: ApiClient, proxies: Proxies) -> None:
    up = {"postgres": "up", "redis": "up", "opensearch": "up"}
    answer = proxied_api.get("/status/ready")
    assert (answer.status, answer.json()) == (200, up)
    proxies.redis.silent = True
    proxies.opensearch.refuse()
    answer = proxied_api.get("/status/ready")
    assert (answer.status, answer.json()) == (200, up | {"redis": "down", "opensearch": "down"})
    proxies.postgres.refuse()
    answer = proxied_api.get("/status/ready")
    assert (answer.status, answer.json()["postgres"]) == (503, "down")
    assert proxied_api.get("/status").status == 200


def test_stale_cache_of_an_outage_is_never_read_by_who_wrote(
    make_api: MakeApi, proxies: Proxies
) -> None:
    api = make_api(**proxies.settings())
    api.create("ada@example.com")
    api.get(address("ada@example.com"))
    assert api.get(address("ada@example.com")).headers["x-cache"] == "hit"
    proxies.redis.refuse()
    api.patch(address("ada@example.com"), {"name": "Grace"})
    proxies.redis.allow()
    answer = api.get(address("ada@example.com"))
    assert answer.json()["name"] == "Grace"


def test_other_environments_read_the_truth_after_the_next_sync(
    make_api: MakeApi, proxies: Proxies, sync: Callable[..., Any]
) -> None:
    writer, reader = make_api(**proxies.settings()), make_api()
    writer.create("ada@example.com")
    reader.get(address("ada@example.com"))
    proxies.redis.refuse()
    writer.patch(address("ada@example.com"), {"name": "Grace"})
    writer.delete(address("ada@example.com"))
    sync()
    assert reader.get(address("ada@example.com")).status == 404
