"""What every kind of test shares: the data services, and one embedded stack, for the whole run."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from testkit import surroundings
from testkit.fixtures import (
    no_loop_left_open,
    pytest_collection,
    read_service_models_once,
    register_profiles,
    services,
    skip_long,
)
from tests.embedded_stack import BUILD_SECONDS, START_SECONDS, EmbeddedStack, start_stack

__all__ = ["no_loop_left_open", "pytest_collection", "services"]

register_profiles()
read_service_models_once()


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
    """Of several processes, one begins with what takes longest; the short units come last."""
    skip_long(items)
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            # The first of them waits for the layers.
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS + START_SECONDS))
    if hasattr(config, "workerinput"):
        from tests.distribution import rank

        items.sort(key=lambda item: rank(item.nodeid))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """The whole system, as make up starts it."""
    running = start_stack(tmp_path_factory.mktemp("stack"))
    yield running
    assert running.interrupt() == 0, running.output.read_text()
    assert not running.left_behind()
