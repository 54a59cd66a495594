"""Dead, slow and silent backends: what callers see, and how long it takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any
from uuid import uuid4

import pytest

from testkit.timing import least, seconds_of, wait_until
from tests.api_client import Answer, ApiClient, address
from tests.integration.api.conftest import MakeApi, Proxies
from tests.store_faults import break_, error_of_postgres, http_answer

FAULTS = ("refused", "silent", "cut", "reset", "garbage")


Call = Callable[[], Answer]


def extra_seconds(normal: Call, fault: Callable[[], None], calls: Sequence[Call]) -> float:
    """What the slowest of the calls under the fault takes longer than a normal one."""
    usual = median(seconds_of(normal) for _ in range(9))
    fault()
    return max(seconds_of(call) for call in calls) - usual


@dataclass(frozen=True)
class Faulty:
    """A new environment whose backends can be broken, with one user in it."""

    api: ApiClient
    proxies: Proxies
    user: Any

    def read(self) -> Answer:
        return self.api.get(address("ada@example.com"))

    def read_right(self) -> Answer:
        answer = self.read()
        assert (answer.status, answer.json()) == (200, self.user)
        return answer

    def create(self) -> Answer:
        email = f"{uuid4().hex}@example.com"
        answer = self.api.post("/users/", {"name": "A", "email": email, "role": "x"})
        assert answer.status == 201
        return answer


@pytest.fixture
def faulty(make_api: MakeApi, proxies: Proxies) -> Callable[[], Faulty]:
    """Makes one: nothing is broken, and no breaker is open."""
    seed = make_api()
    user = seed.create("ada@example.com")

    def make() -> Faulty:
        proxies.heal()
        return Faulty(make_api(**proxies.settings()), proxies, user)

    return make


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_cache_changes_no_answer_and_costs_little(
    faulty: Callable[[], Faulty], fault: str
) -> None:
    def cost() -> float:
        it = faulty()
        breaking = partial(break_, it.proxies.redis, fault)
        return extra_seconds(it.read_right, breaking, [it.read_right] * 4)

    assert least(cost, below=0.150) < 0.150
    it = faulty()
    it.read_right()
    break_(it.proxies.redis, fault)
    changed = it.api.patch(address("ada@example.com"), {"name": "Grace"})
    assert changed.status == 200
    assert it.read().json() == changed.json()


def test_silent_cache_is_not_asked_once_the_breaker_is_open(
    faulty: Callable[[], Faulty],
) -> None:
    it = faulty()
    it.read_right()
    it.proxies.redis.silent = True
    for _ in range(3):
        it.read_right()
    it.proxies.redis.count()
    for _ in range(9):
        assert it.read_right().headers["x-cache"] == "bypass"
    assert it.proxies.redis.round_trips == it.proxies.redis.connections == 0


def test_slow_cache_is_left_alone_too(faulty: Callable[[], Faulty]) -> None:
    def cost() -> float:
        it = faulty()
        slow = partial(setattr, it.proxies.redis, "delay", 0.03)
        extra = extra_seconds(it.read_right, slow, [it.read_right] * 3)
        assert it.read_right().headers["x-cache"] == "bypass"
        return extra

    assert least(cost, below=0.150) < 0.150


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_index_changes_no_write_and_costs_little(
    faulty: Callable[[], Faulty], fault: str
) -> None:
    def cost() -> float:
        it = faulty()
        breaking = partial(break_, it.proxies.opensearch, fault)
        return extra_seconds(it.create, breaking, [it.create] * 3)

    assert least(cost, below=0.350) < 0.350


@pytest.mark.parametrize("fault", ["silent", "garbage"])
def test_index_that_stays_broken_is_not_asked_once_the_breaker_is_open(
    faulty: Callable[[], Faulty], fault: str
) -> None:
    it = faulty()
    it.create()
    break_(it.proxies.opensearch, fault)
    for _ in range(3):
        it.create()
    it.proxies.opensearch.count()
    for _ in range(9):
        it.create()
    assert it.proxies.opensearch.round_trips == it.proxies.opensearch.connections == 0


@pytest.mark.parametrize("fault", ["refused", "silent", "garbage"])
def test_broken_index_makes_searches_degraded_not_wrong(
    proxied_api: ApiClient, proxies: Proxies, fault: str
) -> None:
    ada = proxied_api.create("ada@example.com")
    proxied_api.create("bob@example.com", name="100% Bob_", role="guest")
    break_(proxies.opensearch, fault)
    for _ in range(4):
        answer = proxied_api.get("/users/search", query="q=lovel%20adm")
        assert answer.json() == {"items": [ada], "total": 1, "degraded": True}
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


@pytest.mark.parametrize(
    "partial_answer", [{"timed_out": True}, {"_shards": {"total": 5, "successful": 4, "failed": 1}}]
)
def test_search_of_which_the_index_knows_a_part_only_is_answered_by_postgres(
    proxied_api: ApiClient, proxies: Proxies, partial_answer: Any
) -> None:
    ada = proxied_api.create("ada@example.com")
    nothing = {"hits": {"hits": [], "total": {"value": 0}}, "timed_out": False}
    proxies.opensearch.garbage = http_answer("200 OK", nothing | partial_answer)
    found = proxied_api.get("/users/search", query="q=ada").json()
    assert found == {"items": [ada], "total": 1, "degraded": True}


def test_search_that_the_index_refuses_does_not_end_the_searches_of_others(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    """OpenSearch refuses a query of too many clauses; others' queries have few."""
    ada = proxied_api.create("ada@example.com")
    refusal = {"error": {"type": "search_phase_execution_exception"}, "status": 400}
    proxies.opensearch.garbage = http_answer("400 Bad Request", refusal)
    for _ in range(5):
        found = proxied_api.get("/users/search", query="q=ada").json()
        assert found == {"items": [ada], "total": 1, "degraded": True}
    proxies.opensearch.heal()
    assert proxied_api.get("/users/search", query="q=ada").json()["degraded"] is False


def seconds_to_a_503(call: Call) -> float:
    answers: list[Answer] = []
    seconds = seconds_of(lambda: answers.append(call()))
    assert answers[0].status == 503, answers[0].body
    assert int(answers[0].headers["retry-after"]) >= 1
    assert answers[0].headers["content-type"] == "application/problem+json"
    return seconds


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_postgres_is_503_in_three_seconds_and_recovers_at_once(
    proxied_api: ApiClient, proxies: Proxies, fault: str
) -> None:
    proxied_api.create("ada@example.com")
    break_(proxies.postgres, fault)
    if fault not in ("cut", "reset"):
        body = {"name": "B", "email": "bob@example.com", "role": "x"}
        for call in (
            partial(proxied_api.get, "/users/"),
            partial(proxied_api.post, "/users/", body),
            partial(proxied_api.delete, address("ada@example.com")),
        ):
            assert least(partial(seconds_to_a_503, call), below=3.0) < 3.0
    proxies.postgres.heal()
    if fault == "silent":
        proxies.postgres.cut()
    answer = proxied_api.get("/users/")
    assert (answer.status, len(answer.json()["items"])) == (200, 1)
    assert proxied_api.patch(address("ada@example.com"), {"name": "Z"}).status == 200


@pytest.mark.parametrize(
    "sqlstate",
    ["3D000", "58030", "57P01", "57P03", "53300", "28000", "08004", "42501", "XX000", "F0000"],
)
def test_login_that_is_refused_for_any_reason_is_503_and_names_it_in_the_log(
    make_api: MakeApi, proxies: Proxies, caplog: pytest.LogCaptureFixture, sqlstate: str
) -> None:
    proxies.postgres.garbage = error_of_postgres(sqlstate, "FATAL")
    seconds_to_a_503(partial(make_api(**proxies.settings()).get, "/users/"))
    (line,) = [record for record in caplog.records if record.message == "request"]
    assert vars(line)["code"] == sqlstate


def reply(kind: bytes, body: bytes) -> bytes:
    """A message of PostgreSQL's protocol (section 55.7)."""
    return kind + (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(reply(b"R", b"\0\0\0\x0aPLAIN\0\0"), id="unknown mechanism"),
        pytest.param(reply(b"S", b"server_version\0\xff\0"), id="not UTF-8"),
        pytest.param(reply(b"A", b""), id="too short"),
    ],
)
def test_login_that_the_driver_cannot_follow_is_503(
    make_api: MakeApi, proxies: Proxies, garbage: bytes
) -> None:
    proxies.postgres.garbage = garbage
    seconds_to_a_503(partial(make_api(**proxies.settings()).get, "/users/"))


def test_reply_that_the_driver_cannot_follow_is_503_and_the_next_is_right(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    row_before_its_columns = reply(b"D", b"\0\x01\0\0\0\x01x")
    calls: list[Call] = [
        lambda: proxied_api.get("/users/"),
        lambda: proxied_api.post("/users/", {"name": "B", "email": "b@x.org", "role": "x"}),
    ]
    for call in calls:
        proxies.postgres.heal()
        assert proxied_api.get("/users/").status == 200
        proxies.postgres.garbage = row_before_its_columns
        seconds_to_a_503(call)
    proxies.postgres.heal()
    assert proxied_api.get("/users/").status == 200


@pytest.mark.parametrize("sqlstate", ["58030", "53200", "57P01", "XX001", "25P03"])
def test_statement_that_the_server_cannot_do_now_is_503(
    proxied_api: ApiClient, proxies: Proxies, sqlstate: str
) -> None:
    assert proxied_api.get("/users/").status == 200
    proxies.postgres.garbage = error_of_postgres(sqlstate, "ERROR") + b"Z\0\0\0\5I"
    seconds_to_a_503(partial(proxied_api.get, "/users/"))
    proxies.postgres.heal()
    assert proxied_api.get("/users/").status == 200


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
    wait_until(lambda: proxied_api.get("/status/ready").json() == up)
    assert proxied_api.get("/status/ready").status == 200
    proxies.redis.silent = True
    proxies.opensearch.refuse()
    answer = proxied_api.get("/status/ready")
    assert (answer.status, answer.json()) == (200, up | {"redis": "down", "opensearch": "down"})
    proxies.postgres.refuse()
    answer = proxied_api.get("/status/ready")
    assert (answer.status, answer.json()["postgres"]) == (503, "down")
    assert proxied_api.get("/status").status == 200


@pytest.mark.usefixtures("patient")
def test_stale_cache_of_an_outage_is_never_read_by_who_wrote(
    make_api: MakeApi, proxies: Proxies
) -> None:
    api = make_api(**proxies.settings())
    api.create("ada@example.com")
    wait_until(lambda: api.get(address("ada@example.com")).headers["x-cache"] == "hit")
    proxies.redis.refuse()
    api.patch(address("ada@example.com"), {"name": "Grace"})
    proxies.redis.allow()
    answer = api.get(address("ada@example.com"))
    assert answer.json()["name"] == "Grace"


@pytest.mark.usefixtures("patient")
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


@pytest.fixture
def outage(
    patient: None, make_api: MakeApi, proxies: Proxies
) -> Callable[[Callable[[ApiClient], Answer]], Any]:
    """A user is cached, then written while the cache is away; gives one who read meanwhile."""
    writer, reader = make_api(**proxies.settings()), make_api(**proxies.settings())

    def during(write: Callable[[ApiClient], Answer]) -> tuple[ApiClient, Answer]:
        writer.create("ada@example.com")
        reader.get(address("ada@example.com"))
        proxies.redis.refuse()
        assert write(writer).status in (200, 204)
        answer = reader.get(address("ada@example.com"))
        proxies.redis.allow()
        return reader, answer

    return during


def change(api: ApiClient) -> Answer:
    return api.patch(address("ada@example.com"), {"name": "Grace"})


def test_who_read_the_truth_of_an_outage_reads_no_older_state_and_mends_the_cache(
    make_api: MakeApi, outage: Any
) -> None:
    other = make_api()
    reader, meanwhile = outage(change)
    assert meanwhile.json()["name"] == "Grace"
    assert reader.get(address("ada@example.com")).json() == meanwhile.json()
    answer = other.get(address("ada@example.com"))
    assert (answer.json(), answer.headers["x-cache"]) == (meanwhile.json(), "hit")


def test_who_found_a_user_gone_in_an_outage_does_not_find_it_in_the_cache(outage: Any) -> None:
    reader, meanwhile = outage(lambda api: api.delete(address("ada@example.com")))
    assert meanwhile.status == 404
    assert reader.get(address("ada@example.com")).status == 404
    again = reader.create("ada@example.com", name="Again")
    assert [reader.get(address("ada@example.com")).json() for _ in range(2)] == [again] * 2


def test_no_cache_reads_the_truth_where_the_cache_has_an_older_state(
    make_api: MakeApi, outage: Any
) -> None:
    other, truth = make_api(), {"Cache-Control": "max-age=0, no-cache"}
    outage(change)
    assert other.get(address("ada@example.com")).json()["name"] == "Ada Lovelace"
    answer = other.get(address("ada@example.com"), headers=truth)
    assert (answer.json()["name"], answer.headers["x-cache"]) == ("Grace", "bypass")
    assert other.get(address("ada@example.com")).json() == answer.json()
