"""What all tests of the emulator share."""

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

__all__ = ["no_loop_left_open", "pytest_collection", "services"]

register_profiles()
read_service_models_once()


def pytest_configure() -> None:
    """Before any test is imported."""
    surroundings.apply()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a run of the emulator's tests alone, too."""
    skip_long(items)
