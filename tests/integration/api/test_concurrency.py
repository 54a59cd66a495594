"""Many environments at once."""

import itertools
import random
import threading
from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from api.errors import CacheUnavailable
from api.settings import Settings
from api.users.models import EmailKey, StoredUser, User
from api.wiring import build_cache
from tests.api_client import ApiClient, address
from tests.environments import logged_in, run_together
from tests.integration.api.conftest import MakeApi, Proxies

HITS_AND_MISSES = 100


# Fifty environments share this machine's processors.
pytestmark = pytest.mark.usefixtures("patient")


def unhandled(capfd: pytest.CaptureFixture[str]) -> str:
    """The log lines of whatever was answered by 500, to tell why."""
    return "\n".join(line for line in capfd.readouterr().out.splitlines() if '"ERROR"' in line)


def test_fifty_creates_of_one_email_make_one_user(
    api: ApiClient, make_api: MakeApi, capfd: pytest.CaptureFixture[str]
) -> None:
    barrier = threading.Barrier(50)
    statuses: list[int] = []
    environments = logged_in(make_api, 50)

    def create(environment: ApiClient, number: int) -> None:
        barrier.wait()
        body = {"name": f"N{number}", "email": "One@Example.com", "role": "x"}
        statuses.append(environment.post("/users/", body).status)

    run_together(
        [
            lambda environment=environment, number=number: create(environment, number)
            for number, environment in enumerate(environments)
        ]
    )
    assert Counter(statuses) == {201: 1, 409: 49}, unhandled(capfd)
    assert len(api.get("/users/").json()["items"]) == 1


def test_conditional_changes_at_once_let_one_through_per_version(
    api: ApiClient, make_api: MakeApi, capfd: pytest.CaptureFixture[str]
) -> None:
    api.create("ada@example.com")
    barrier, tag = threading.Barrier(8), api.tag_of("ada@example.com")
    statuses: list[int] = []

    def change(environment: ApiClient) -> None:
        barrier.wait()
        answer = environment.patch(
            address("ada@example.com"), {"name": "X"}, headers={"If-Match": tag}
        )
        statuses.append(answer.status)

    run_together([partial(change, one) for one in logged_in(make_api, 8)])
    assert Counter(statuses) == {200: 1, 412: 7}, unhandled(capfd)
    assert api.get(address("ada@example.com")).json()["version"] == 2


def test_no_stale_entry_stays_once_writes_stop(
    api: ApiClient, make_api: MakeApi, settings: Settings
) -> None:
    emails = [f"u{number}@x.org" for number in range(6)]
    for email in emails:
        api.create(email)
    served: list[str] = []
    enough = threading.Event()
    numbers = itertools.count()

    # Made one after another: what pydantic warns of is caught for all threads or for none.
    environments = iter([make_api() for _ in range(5)])

    def read() -> None:
        environment = next(environments)
        while not enough.is_set():
            answer = environment.get(address(random.choice(emails)))
            served.append(answer.headers.get("x-cache", "none"))
            if min(map(served.count, ("hit", "miss"))) > HITS_AND_MISSES:
                enough.set()

    def write() -> None:
        environment = next(environments)
        while not enough.is_set():
            email = random.choice(emails)
            kind = random.random()
            if kind < 0.7:
                environment.patch(address(email), {"name": f"{next(numbers)}"})
            elif kind < 0.85:
                environment.delete(address(email))
            else:
                environment.post("/users/", {"name": "again", "email": email, "role": "r"})

    run_together([read] * 3 + [write] * 2)
    cache, uncached = build_cache(settings), make_api(redis_port=9)
    held = {email: cache.get(EmailKey(email)) for email in emails}
    truth = {email: uncached.get(address(email)).json() for email in emails}
    cached = {email: user.model_dump(mode="json") for email, user in held.items() if user}
    assert cached == {email: truth[email] for email in cached}
    cache.close()


def test_tombstones_owed_out_of_order_keep_the_newest(settings: Settings, proxies: Proxies) -> None:
    cache = build_cache(settings.model_copy(update=proxies.settings()))
    key = EmailKey("ada@example.com")
    cache.put(key, stored(key, 10))
    proxies.redis.refuse()
    for revision in (12, 9):
        with pytest.raises(CacheUnavailable):
            cache.drop([key], revision=revision)
    proxies.redis.allow()
    assert cache.get(key) is None
    cache.put(key, stored(key, 10))
    assert held(settings, key) is None
    cache.close()


def held(settings: Settings, key: EmailKey) -> str | None:
    """The name that the cache shows to a process that has seen nothing before."""
    looking = build_cache(settings)
    user = looking.get(key)
    looking.close()
    return user.name if user else None


def stored(key: EmailKey, revision: int) -> StoredUser:
    fields = {"id": uuid4(), "name": f"{revision}", "email": key, "role": "r", "version": 1}
    times = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    return StoredUser(User.model_validate(fields | times), revision)


def test_slow_reader_never_puts_back_what_a_write_replaced(settings: Settings) -> None:
    """The race of the cache, played slowly: read, write, drop, and only then put."""
    cache = build_cache(settings)
    key = EmailKey("ada@example.com")

    cache.drop([key], revision=6)
    cache.put(key, stored(key, 5))
    assert held(settings, key) is None
    cache.put(key, stored(key, 6))
    cache.drop([key], revision=6)
    cache.put(key, stored(key, 5))
    assert held(settings, key) == "6"
    cache.drop([key], revision=7)
    assert held(settings, key) is None
    cache.close()
