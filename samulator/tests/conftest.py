"""What all tests of the emulator share."""

from testkit import surroundings
from testkit.fixtures import no_loop_left_open, register_profiles, services

__all__ = ["no_loop_left_open", "services"]

register_profiles()


def pytest_configure() -> None:
    """Before any test is imported."""
    surroundings.apply()
