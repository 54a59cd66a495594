"""What every kind of test shares: the data services, and one embedded stack, for the whole run."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from local.services.group import DataServices
from tests import surroundings
from tests.embedded_stack import EmbeddedStack, start_stack
from tests.ports import reserve_ports

# The same examples in each run, however slow the machine; another profile is asked for with
# --hypothesis-profile=long, which takes new ones and prints how to repeat a failure.
settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("suite"), derandomize=False, print_blob=True)
settings.load_profile("suite")


def pytest_configure() -> None:
    """Before any test is imported."""
    surroundings.apply()


def pytest_report_header() -> str:
    return f"seed: PYTHONHASHSEED={os.environ['PYTHONHASHSEED']}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.distribution import ByModule

    return ByModule(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes, one begins with what takes longest and cannot be parted."""
    if hasattr(config, "workerinput"):
        from tests.distribution import STACK, unit_of

        items.sort(key=lambda item: unit_of(item.nodeid) != STACK)


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataServices]:
    running = DataServices(tmp_path_factory.mktemp("services"), reserve_ports(), durable=False)
    try:
        running.start(lambda started: None)
        yield running
    finally:
        running.stop()


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
        # Schemathesis keeps one running in a thread of its own.
        if not loop.is_running():
            loop.close()
