"""Whatever the defaults of the server, the database and the role are: answers stay right."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from api import migrate, search_sync
from api.settings import DatabaseSettings, Settings
from api.wiring import build_database
from samulator.servers.group import Servers
from tests.api_client import ApiClient, address
from tests.environments import Environment
from tests.integration.api.conftest import MakeApi, migration_settings_for, settings_for

pytestmark = pytest.mark.usefixtures("patient")

HOSTILE = {
    "search_path": "nowhere, elsewhere",
    "client_encoding": "LATIN1",
    "standard_conforming_strings": "off",
    "timezone": "Asia/Kolkata",
    "datestyle": "SQL, DMY",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "synchronous_commit": "off",
    "gin_fuzzy_search_limit": "1",
    "exit_on_error": "on",
    "lock_timeout": "1ms",
    # They hold from the first moment of a session: long enough for a busy machine to get past it.
    "statement_timeout": "50s",
    "transaction_timeout": "50s",
    "idle_in_transaction_session_timeout": "50s",
    "idle_session_timeout": "50s",
}
ANYBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
ADA = {"name": "Zoë ﷺ 日本 \\", "email": "zoë@example.com", "role": "o'r\\"}

Alter = Callable[[str], None]


@pytest.fixture
def settings(services: Servers, settings: Settings) -> Settings:
    """A database of the test's own, without tables yet."""
    name = f"test_{uuid.uuid4().hex}"
    services.data["postgres"].create_database(name)
    return settings_for(services, name)


@pytest.fixture
def alter(settings: Settings, owner: DatabaseSettings) -> Iterator[Alter]:
    """Runs a statement as the superuser, who sets what holds for later sessions."""
    superuser = build_database(owner.model_copy(update={"database_user": "postgres"}))
    yield lambda sql: superuser.run(sql) and None
    superuser.close()


@pytest.fixture
def owner(services: Servers, settings: Settings) -> DatabaseSettings:
    return migration_settings_for(services, settings.database_name).as_owner()


def migrate_all(services: Servers, settings: Settings) -> None:
    migrate.migrate(migration_settings_for(services, settings.database_name))


def make_hostile(alter: Alter, settings: Settings, place: str) -> None:
    for name, value in HOSTILE.items():
        alter(f"ALTER {place} {settings.database_name} SET {name} = {quoted(name, value)}")


def quoted(name: str, value: str) -> str:
    return value if name == "search_path" else f"'{value}'"


@pytest.mark.parametrize("place", ["DATABASE", "ROLE users_api IN DATABASE"])
def test_hostile_defaults_change_no_answer(
    services: Servers, settings: Settings, alter: Alter, make_api: MakeApi, place: str
) -> None:
    if place == "DATABASE":
        make_hostile(alter, settings, place)
        migrate_all(services, settings)
    else:
        migrate_all(services, settings)
        make_hostile(alter, settings, place)
    assert_answers_are_right(make_api(redis_port=9))
    report = search_sync.synchronise(settings, {"action": "rebuild"}, None)
    assert (report["rebuilt"], report["pending"]) == (1, 0)
    without_index = make_api(opensearch_url="http://127.0.0.1:9")
    found = without_index.get("/users/search", query="q=" + quote("日本 \\")).json()
    assert (found["total"], found["degraded"]) == (1, True)


def assert_answers_are_right(api: ApiClient) -> None:
    key = {"Idempotency-Key": "k"}
    created = api.post("/users/", ADA, headers=key)
    assert (created.status, created.json() | ADA) == (201, created.json())
    moment = datetime.fromisoformat(created.json()["created_at"])
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=5)
    assert created.json()["created_at"].endswith("Z")
    assert api.post("/users/", ADA, headers=key).body == created.body
    assert api.post("/users/", ADA).status == 409
    assert api.get(address(ADA["email"])).body == created.body
    assert api.post("/users/", ADA | {"email": "b@x.org"}).status == 201
    first = api.get("/users/", query="limit=1").json()
    rest = api.get("/users/", query=f"cursor={first['next_cursor']}").json()
    assert [user["email"] for user in first["items"] + rest["items"]] == [ADA["email"], "b@x.org"]
    first = {"If-Match": api.tag_of("b@x.org")}
    changed = api.patch(address("b@x.org"), {"role": "\\'"}, headers=first)
    assert changed.json()["role"] == "\\'"
    assert api.patch(address("b@x.org"), {"role": "x"}, headers=first).status == 412
    assert api.delete(address("b@x.org")).status == 204


def test_write_waits_for_another_and_goes_by_what_that_one_left(
    services: Servers, settings: Settings, alter: Alter, make_api: MakeApi
) -> None:
    migrate_all(services, settings)
    make_hostile(alter, settings, "DATABASE")
    api = make_api()
    api.create("ada@example.com")
    blocker, watcher = build_database(settings), build_database(settings)
    statuses: list[int] = []

    def change() -> None:
        headers = {"If-Match": "*"}
        answer = make_api().patch(address("ada@example.com"), {"name": "G"}, headers=headers)
        statuses.extend([answer.status, answer.json()["version"]])

    with blocker.transaction() as session:
        session.run("UPDATE users SET version = version + 1")
        waiting = Environment(change)
        while waiting.is_alive() and watcher.run(ANYBODY_WAITS) == [[False]]:
            pass
    waiting.finish()
    assert statuses == [200, 3]
    blocker.close()
    watcher.close()


def test_every_parameter_is_set_and_none_is_taken_from_a_default(
    services: Servers, settings: Settings, alter: Alter
) -> None:
    names = list(HOSTILE)
    sql = "SELECT name, current_setting(name) FROM unnest(CAST(:names AS text[])) AS name"

    def held() -> dict[Any, Any]:
        database = build_database(settings)
        try:
            return {row[0]: row[1] for row in database.run(sql, names=names)}
        finally:
            database.close()

    migrate_all(services, settings)
    before = held()
    make_hostile(alter, settings, "DATABASE")
    assert held() == before
    assert before["statement_timeout"] == "1700ms"


def test_tables_of_another_schema_are_not_taken_for_ours(
    services: Servers, settings: Settings, alter: Alter, make_api: MakeApi
) -> None:
    """By PostgreSQL's own default, a schema of the user's name comes before public."""
    migrate_all(services, settings)
    alter("CREATE SCHEMA users_api")
    alter("CREATE TABLE users_api.users (LIKE public.users INCLUDING ALL)")
    alter("GRANT ALL ON SCHEMA users_api TO users_api")
    alter("GRANT ALL ON users_api.users TO users_api")
    make_api().create("ada@example.com")
    database = build_database(settings)
    assert database.run("SELECT count(*) FROM public.users") == [[1]]
    database.close()
