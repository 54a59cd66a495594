"""A data service that dies comes back, one that was stopped stays down, and a stop always wins."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pg8000.native
import psutil
import pytest
import redis

from samulator.servers.keeper import GIVEN_UP, STARTING, STOPPED, UP, Keeper, Listeners, Patience
from samulator.servers.ports import require_free
from samulator.servers.postgres import USER, PostgresServer
from samulator.servers.process import Server, ServerProcess, accepts_connections
from samulator.servers.redis import RedisServer
from samulator.servers.requests import START, STOP, ServiceRequests
from testkit.ports import reserve_port
from testkit.timing import LONG_SECONDS

IMPATIENT = Patience(deaths=3, seconds=60, pause=0.05, check=0.01)


class Terminal:
    """What was told: every state of the service, every line."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.lines: list[str] = []
        self.told = Listeners(
            lambda _name, state: self.states.append(state),
            self.lines.append,
            self.lines.append,
            self._returned,
        )

    async def _returned(self, service: str) -> str:
        return f", {service} as it was"


async def until(condition: Callable[[], bool], seconds: float = LONG_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def keep(
    service: Server,
    wishes: ServiceRequests,
    terminal: Terminal,
    story: Callable[[], Awaitable[None]],
) -> None:
    """Runs the story while a keeper looks after the service; then stops both, as the stack does."""

    async def run() -> None:
        keeping = asyncio.create_task(
            Keeper("The service", service, wishes, terminal.told, IMPATIENT).run()
        )
        try:
            await story()
            assert not keeping.done(), keeping.exception()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    try:
        asyncio.run(run())
    finally:
        service.stop()


@pytest.fixture
def wishes(tmp_path: Path) -> ServiceRequests:
    return ServiceRequests(tmp_path)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def server(tmp_path: Path) -> RedisServer:
    running = RedisServer(tmp_path, reserve_port())
    running.start()
    return running


def test_a_killed_service_comes_back_on_its_port(
    server: RedisServer, wishes: ServiceRequests, terminal: Terminal
) -> None:
    first = server.pid

    async def story() -> None:
        os.kill(server.pid or 0, signal.SIGKILL)
        await until(lambda: UP in terminal.states)
        assert server.pid != first
        with redis.Redis(port=server.port, protocol=2) as client:
            assert client.ping()

    keep(server, wishes, terminal, story)
    assert terminal.states == [STARTING, UP]
    assert terminal.lines[0] == "The service was killed by SIGKILL; starts again in 0.05 s"
    assert terminal.lines[1].startswith("The service is back after")
    assert terminal.lines[1].endswith(", redis as it was")


def test_killed_postgres_keeps_its_rows(
    tmp_path: Path, wishes: ServiceRequests, terminal: Terminal
) -> None:
    server = PostgresServer(tmp_path, reserve_port())
    server.start()
    server.create_database("kept")

    async def story() -> None:
        os.kill(server.pid or 0, signal.SIGKILL)
        await until(lambda: UP in terminal.states)
        place = {"host": "127.0.0.1", "port": server.port, "password": server.password}
        with pg8000.native.Connection(USER, database="kept", **place) as connection:
            assert connection.run("SELECT 1 FROM pg_database WHERE datname = 'kept'") == [[1]]

    keep(server, wishes, terminal, story)


def test_postgres_without_its_data_is_not_started_empty(
    tmp_path: Path, wishes: ServiceRequests, terminal: Terminal
) -> None:
    server = PostgresServer(tmp_path, reserve_port())
    server.start()

    async def story() -> None:
        os.kill(server.pid or 0, signal.SIGKILL)
        (tmp_path / "postgres" / "PG_VERSION").unlink()
        await until(lambda: GIVEN_UP in terminal.states)

    keep(server, wishes, terminal, story)
    assert any("data in" in line and "was removed" in line for line in terminal.lines)
    assert UP not in terminal.states


def test_a_service_stopped_on_purpose_stays_down_until_it_is_wanted(
    server: RedisServer, wishes: ServiceRequests, terminal: Terminal
) -> None:
    async def story() -> None:
        wishes.make("redis", STOP)
        await until(lambda: terminal.states == [STOPPED])
        require_free("redis", server.port)
        await asyncio.sleep(10 * IMPATIENT.check)
        assert not server.is_running()
        wishes.make("redis", START)
        await until(lambda: terminal.states == [STOPPED, STARTING, UP])
        assert accepts_connections(server.port)
        assert wishes.of("redis") is None

    keep(server, wishes, terminal, story)
    assert "samulator start redis" in terminal.lines[0]


def test_a_service_that_dies_again_and_again_is_given_up_with_its_last_words(
    tmp_path: Path, wishes: ServiceRequests, terminal: Terminal
) -> None:
    healthy = tmp_path / "healthy"
    port = reserve_port()
    program = (
        "import http.server, pathlib, sys\n"
        f"if not pathlib.Path({str(healthy)!r}).exists(): sys.exit('no more memory')\n"
        f"http.server.HTTPServer(('127.0.0.1', {port}), None).serve_forever()\n"
    )
    process = ServerProcess(
        "The service", [sys.executable, "-c", program], log=tmp_path / "logs" / "frail.log"
    )
    server = Server(process, host="127.0.0.1", port=port)

    async def story() -> None:
        await until(lambda: GIVEN_UP in terminal.states)
        said = len(terminal.lines)
        await asyncio.sleep(10 * IMPATIENT.check)
        assert len(terminal.lines) == said
        healthy.touch()
        wishes.make("frail", START)
        await until(lambda: UP in terminal.states)

    server.launch()
    keep(server, wishes, terminal, story)
    given_up = next(line for line in terminal.lines if "stays down" in line)
    assert "3 times within 60 s" in given_up
    assert "samulator start frail" in given_up
    assert given_up.endswith("\n  no more memory")
    pauses = [line.rpartition(" in ")[2] for line in terminal.lines if "starts again" in line]
    assert pauses == ["0.05 s", "0.1 s"]


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.06, 0.065, 0.07, 0.08, 0.1, 0.15])
def test_a_stop_at_any_moment_of_a_restart_leaves_no_process_and_no_port(
    server: RedisServer, wishes: ServiceRequests, terminal: Terminal, seconds: float
) -> None:
    before = {*psutil.Process().children()} - {psutil.Process(server.pid)}

    async def story() -> None:
        os.kill(server.pid or 0, signal.SIGKILL)
        await until(lambda: STARTING in terminal.states)
        await asyncio.sleep(seconds)

    keep(server, wishes, terminal, story)
    require_free("redis", server.port)
    assert {*psutil.Process().children()} <= before
