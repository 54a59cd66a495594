"""Fixtures and settings that conftest.py files take from here."""

import asyncio
import gc
import os
from collections.abc import Generator, Iterable, Iterator
from functools import cache

import botocore.loaders
import pytest
from hypothesis import HealthCheck, settings

from samulator.servers.data import DATA_SERVERS
from samulator.servers.group import Servers
from testkit.ports import reserve_ports


def register_profiles() -> None:
    """The same examples in each run, however slow the machine.

    Another profile is asked for with --hypothesis-profile=long, which takes new ones and prints how
    to repeat a failure.
    """
    settings.register_profile(
        "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
    )
    suite = settings.get_profile("suite")
    settings.register_profile("long", suite, derandomize=False, print_blob=True)
    settings.load_profile("suite")


def read_service_models_once() -> None:
    """Each mock_aws begins with a new session of boto3, which reads AWS's service models again.

    They take a fifth of a second for S3 alone, and are never changed once they are read.
    """
    botocore.loaders.create_loader = cache(botocore.loaders.create_loader)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What all modules import stays until the end: the garbage collector need not look at it.

    It took half the time of the collection, and looked at all of it again while the tests ran.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def skip_long(items: Iterable[pytest.Item]) -> None:
    """Those marked `long` run where LONG_TESTS is set, as it is in CI."""
    if os.environ.get("LONG_TESTS"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long: LONG_TESTS=1 runs it, as CI does"))


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = Servers(
        tmp_path_factory.mktemp("services"), reserve_ports(), wanted=DATA_SERVERS, durable=False
    )
    try:
        running.start(lambda started: None)
        yield running
    finally:
        running.stop()


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
def no_loop_left_open() -> Iterator[None]:
    """Mangum never closes its loop, and asyncio.run in another test orphans it."""
    policy = _KeepingPolicy()
    asyncio.set_event_loop_policy(policy)
    yield
    asyncio.set_event_loop_policy(None)
    for loop in policy.made:
        # Schemathesis keeps one running in a thread of its own.
        if not loop.is_running():
            loop.close()
