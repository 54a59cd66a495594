"""What every kind of test shares: the data services, and one embedded stack, for the whole run."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.services.aws import AwsServer
from local.services.opensearch import OpenSearchServer
from local.services.ports import unused_port
from local.services.postgres import PostgresServer
from local.services.redis import RedisServer
from tests.data_services import Services
from tests.embedded_stack import EmbeddedStack, start_stack


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    state: Path = tmp_path_factory.mktemp("services")
    running = Services(
        PostgresServer(state, unused_port(), durable=False),
        RedisServer(state, unused_port()),
        OpenSearchServer(state, unused_port()),
        AwsServer(state, unused_port()),
    )
    servers = (running.postgres, running.redis, running.opensearch, running.aws)
    try:
        for server in servers:
            server.start()
        yield running
    finally:
        for server in reversed(servers):
            server.stop()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """The whole system, as make up starts it."""
    running = start_stack(tmp_path_factory.mktemp("stack"))
    yield running
    assert running.interrupt() == 0, running.output.read_text()


class _KeepingPolicy(asyncio.DefaultEventLoopPolicy):
    """Remembers the loops it made, so that none is left for the garbage collector to find."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[asyncio.AbstractEventLoop] = []

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().new_event_loop()
        self.made.append(loop)
        return loop


@pytest.fixture(scope="session", autouse=True)
def _no_loop_left_open() -> Iterator[None]:
    """Mangum never closes its loop, and asyncio.run in another test orphans it."""
    policy = _KeepingPolicy()
    asyncio.set_event_loop_policy(policy)
    yield
    asyncio.set_event_loop_policy(None)
    for loop in policy.made:
        loop.close()
