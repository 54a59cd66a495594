"""More environments at once than PostgreSQL has connections: afterwards everybody is served."""

import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.database import parameters
from api.database.connection import Database
from api.errors import DatabaseUnavailable
from api.migrate import migrate
from api.settings import DatabaseSettings
from api.wiring import build_database
from samulator.servers.group import Servers
from samulator.servers.postgres import PostgresServer
from testkit.ports import reserve_port
from testkit.timing import wait_until
from tests.integration.api.conftest import migration_settings_for

SERVED = "served"
NO_ROOM = "53300"


@pytest.fixture
def narrow(services: Servers) -> DatabaseSettings:
    """A database that takes eight connections of the functions, as a server that has no more."""
    name = f"test_{uuid.uuid4().hex}"
    services.data["postgres"].create_database(name)
    migration = migration_settings_for(services, name)
    migrate(migration)
    superuser = build_database(migration.model_copy(update={"database_user": "postgres"}))
    superuser.run(f"ALTER DATABASE {name} CONNECTION LIMIT 8")
    superuser.close()
    return migration


@pytest.fixture
def real_limit(services: Servers, tmp_path: Path) -> Iterator[DatabaseSettings]:
    """A server of its own with 85 connections, about what a db.t4g.micro has."""
    server = PostgresServer(tmp_path, reserve_port(), durable=False)
    command = server._process._command
    command[command.index("max_connections=100")] = "max_connections=85"
    with ExitStack() as stack:
        server.start()
        stack.callback(server.stop)
        password = SecretStr(server.password)
        there = {"database_port": server.port}
        there |= {"database_password": password, "database_owner_password": password}
        migration = migration_settings_for(services, "app").model_copy(update=there)
        migrate(migration)
        yield migration


def ask(database: Database) -> str:
    """What became of one read; only a server that has no room may turn it away."""
    try:
        database.run("SELECT count(*) FROM users", repeatable=True)
    except DatabaseUnavailable as error:
        return error.code
    return SERVED


def burst(settings: DatabaseSettings, environments: int) -> tuple[list[Database], Counter[str]]:
    """As many environments with a request each at the same moment, and what became of them.

    None of them ends, as Lambda keeps those of a burst for minutes.
    """
    made = [build_database(settings) for _ in range(environments)]
    outcomes: list[str] = []
    together = threading.Barrier(environments)

    def request(database: Database) -> None:
        together.wait()
        outcomes.append(ask(database))

    threads = [threading.Thread(target=request, args=(one,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made, Counter(outcomes)


def let_idle(monkeypatch: pytest.MonkeyPatch, milliseconds: int) -> None:
    """Less than the half minute of a deployment, which no test should wait."""
    monkeypatch.setitem(
        parameters._PARAMETERS,  # type: ignore[arg-type]
        "idle_session_timeout",
        str(milliseconds),
    )


def close_all(environments: list[Database]) -> None:
    for one in environments:
        one.close()


def test_environments_that_hold_their_connections_leave_no_room_for_others(
    narrow: DatabaseSettings,
) -> None:
    """What a burst did for good before sessions without work ended."""
    made, outcomes = burst(narrow, 24)
    assert 0 < outcomes[SERVED] <= 8
    # At the same moment the server may turn away one more than it has to.
    wait_until(lambda: [ask(one) for one in made].count(SERVED) == 8)
    newcomer = build_database(narrow)
    assert ask(newcomer) == NO_ROOM
    close_all([*made, newcomer])


def test_nobody_is_stuck_after_a_burst(
    narrow: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_idle(monkeypatch, 500)
    made, outcomes = burst(narrow, 24)
    assert set(outcomes) <= {SERVED, NO_ROOM}
    for environment in [*made, build_database(narrow)]:
        wait_until(lambda one=environment: ask(one) == SERVED, "an environment is stuck")
        environment.close()


@pytest.mark.long
def test_none_of_three_hundred_is_stuck_after_a_burst_on_85_connections(
    real_limit: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_idle(monkeypatch, 3000)
    made, outcomes = burst(real_limit, 300)
    assert outcomes.total() == 300
    assert outcomes[SERVED] > 0
    newcomer = build_database(real_limit)
    wait_until(lambda: ask(newcomer) == SERVED, "a new environment gets no connection")
    for environment in made:
        wait_until(lambda one=environment: ask(one) == SERVED, "an environment is stuck")
        environment.close()
    newcomer.close()
