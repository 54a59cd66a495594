"""The index follows the users: outbox, relay, rebuild."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from api.errors import DatabaseUnavailable, SearchUnavailable
from api.observability import describe
from api.search_sync import synchronise
from api.settings import Settings
from api.users.search.client import Client
from api.users.search.document import INDEX
from api.users.search.outbox import LOCK
from api.users.search.reindex import rebuild
from api.wiring import build_database
from tests.api_client import ApiClient, address, load_event
from tests.environments import Environment
from tests.integration.api.conftest import Proxies, drop_indices
from tests.patience import patience

Sync = Callable[..., dict[str, Any]]
_TODAY: Any = INDEX["mappings"]["properties"]
OLDER = {
    **INDEX,
    "mappings": {
        "dynamic": "strict",
        "properties": {name: field for name, field in _TODAY.items() if name != "symbols"},
    },
}


def found(api: ApiClient, text: str) -> list[str]:
    answer = api.get("/users/search", query=f"q={text}&limit=100")
    assert answer.status == 200
    assert answer.json()["degraded"] is False
    return sorted(user["email"] for user in answer.json()["items"])


def test_schedule_drains_what_writes_left(api: ApiClient, sync: Sync) -> None:
    api.create("ada@example.com")
    api.create("bob@example.com", name="Bob")
    api.delete(address("bob@example.com"))
    report = sync(load_event("schedule_every_minute"))
    assert (report["drained"], report["pending"]) == (3, 0)
    assert found(api, "example.com") == ["ada@example.com"]


def test_writes_made_while_the_index_was_away_are_found_after_the_next_run(
    make_api: Callable[..., ApiClient], sync: Sync
) -> None:
    away = make_api(opensearch_url="http://127.0.0.1:9")
    sync({"action": "rebuild"})
    away.create("ada@example.com", name="Old")
    away.create("bob@example.com")
    away.patch(address("ada@example.com"), {"name": "Grace"})
    away.delete(address("bob@example.com"))
    api = make_api()
    assert found(api, "example.com") == []
    assert sync()["drained"] == 4
    assert found(api, "grace") == ["ada@example.com"]
    assert found(api, "bob") == []


def test_missing_index_is_built_by_the_schedule_itself(
    api: ApiClient, sync: Sync, settings: Settings
) -> None:
    api.create("ada@example.com")
    drop_indices(settings)
    assert sync()["rebuilt"] == 1
    assert found(api, "ada") == ["ada@example.com"]


def test_index_of_an_older_shape_is_replaced_by_the_schedule_itself(
    api: ApiClient, sync: Sync, settings: Settings
) -> None:
    client = Client(settings.opensearch_url, auth="none")
    (name,) = client.call("GET", "/_alias/users", seconds=5)
    client.call("PUT", "/users-20260101000000-abcdef", body=OLDER, seconds=5)
    swap = [
        {"remove_index": {"index": name}},
        {"add": {"index": "users-20260101000000-abcdef", "alias": "users"}},
    ]
    client.call("POST", "/_aliases", body={"actions": swap}, seconds=5)
    user = api.create("ada@example.com", name="Ada 🦄")
    assert api.get("/users/search", query="q=ada").json()["total"] == 0
    assert sync()["rebuilt"] == 1
    assert api.get("/users/search", query="q=%F0%9F%A6%84").json()["items"] == [user]
    assert "rebuilt" not in sync()


def test_schedule_leaves_a_rebuild_to_the_run_that_is_at_it(
    settings: Settings, api: ApiClient, sync: Sync
) -> None:
    drop_indices(settings)
    database = build_database(settings)
    with database.session() as other:
        other.run("SELECT pg_advisory_lock(:lock)", lock=LOCK)
        assert sync()["rebuilt"] is None
        other.run("SELECT pg_advisory_unlock(:lock)", lock=LOCK)
    database.close()
    assert sync()["rebuilt"] == 0


def test_rebuild_leaves_one_index_and_searches_answer_all_along(
    api: ApiClient, make_api: Callable[..., ApiClient], sync: Sync
) -> None:
    emails = sorted(f"u{number}@example.com" for number in range(60))
    for email in emails:
        api.create(email)
    done = threading.Event()
    gaps: list[list[str]] = []

    def search() -> None:
        reader = make_api()
        while not done.is_set():
            if (seen := found(reader, "example.com")) != emails:
                gaps.append(seen)

    reading = Environment(search)
    for _ in range(5):
        assert sync(load_event("search_rebuild"))["rebuilt"] == 60
    done.set()
    reading.finish()
    assert gaps == []


def test_users_created_while_a_rebuild_runs_are_not_lost(
    api: ApiClient, make_api: Callable[..., ApiClient], sync: Sync
) -> None:
    created: list[str] = []
    done = threading.Event()

    def write() -> None:
        writer = make_api()
        while not done.is_set():
            email = f"w{len(created)}@example.com"
            writer.create(email)
            if len(created) % 3 == 2:
                writer.delete(address(created[-1]))
                created[-1] = ""
            created.append(email)

    writing = Environment(write)
    for _ in range(4):
        sync({"action": "rebuild"})
    done.set()
    writing.finish()
    sync()
    kept = sorted(email for email in created if email)[:100]
    assert kept
    assert set(found(api, "example.com")) <= set(created)
    for email in kept:
        assert email in found(api, email)


def test_index_made_by_mistake_under_the_alias_is_replaced(sync: Sync, settings: Settings) -> None:
    drop_indices(settings)
    client = Client(settings.opensearch_url, auth="none")
    client.call("PUT", "/users/_doc/1", body={"x": 1}, seconds=5)
    assert sync()["rebuilt"] == 0
    assert client.call("HEAD", "/_alias/users", seconds=5) is True


def test_half_built_index_of_a_killed_rebuild_is_removed_by_the_next(
    sync: Sync, settings: Settings
) -> None:
    client = Client(settings.opensearch_url, auth="none")
    half_built = "users-0123abcd-20260101000000-abcdef"
    client.call("PUT", f"/{half_built}", body=INDEX, seconds=5)
    client.call("PUT", "/users-of-another-program", body={}, seconds=5)
    sync({"action": "rebuild"})
    names = {index["index"] for index in client.call("GET", "/_cat/indices?format=json", seconds=5)}
    assert half_built not in names
    assert "users-of-another-program" in names
    assert len(names) == 2


def test_rebuild_without_opensearch_fails_and_the_schedule_reports_it(
    settings: Settings, api: ApiClient
) -> None:
    api.create("ada@example.com")
    away = settings.model_copy(update={"opensearch_url": "http://127.0.0.1:9"})
    report = synchronise(away, {}, None)
    assert (report["search"], report["pending"]) == ("down", 1)
    with pytest.raises(SearchUnavailable):
        synchronise(away, {"action": "rebuild"}, None)


def test_rebuild_that_loses_postgres_blames_postgres_and_leaves_no_index(
    settings: Settings, make_api: Callable[..., ApiClient], proxies: Proxies
) -> None:
    with patience():
        make_api().create("ada@example.com")

    class Breaking(Client):
        """PostgreSQL does not answer from the making of the index to its removal.

        Its limits hold; with patience for all its own server would hang up first, after 30 seconds.
        """

        def call(self, method: str, path: str, **options: Any) -> Any:
            proxies.postgres.silent = method == "PUT"
            with patience():
                return super().call(method, path, **options)

    client = Breaking(settings.opensearch_url, auth="none")
    before = client.call("GET", "/_alias/users", seconds=5)
    away = settings.model_copy(update={"database_port": proxies.postgres.port})
    database = build_database(away, answer_seconds=0.5)
    with pytest.raises(DatabaseUnavailable) as raised:
        rebuild(database, client)
    assert "api.errors.SearchUnavailable" not in describe(raised.value)["error"]
    database.close()
    indices = client.call("GET", "/_cat/indices?format=json", seconds=5)
    assert [index["index"] for index in indices] == list(before)


def test_unknown_action_is_refused(sync: Sync) -> None:
    with pytest.raises(ValueError, match="unknown action 'rebiuld'"):
        sync({"action": "rebiuld"})


def test_relay_drops_what_a_batch_changed_from_a_slow_cache_in_one_round_trip(
    api: ApiClient, settings: Settings, proxies: Proxies
) -> None:
    """One by one at 43 ms, 4,000 users kept search from its two minutes."""
    for number in range(20):
        api.create(f"u{number}@x.org")
    proxies.redis.late = 0.1
    proxies.redis.count()
    report = synchronise(settings.model_copy(update=proxies.settings()), {}, None)
    assert (report["drained"], report["pending"]) == (20, 0)
    assert proxies.redis.round_trips == 1
