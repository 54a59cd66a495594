"""The other application, running for all tests of this folder."""

from collections.abc import Iterator

import pytest

from testkit.other_app_runner import OtherApp


@pytest.fixture(scope="session")
def other_app() -> Iterator[OtherApp]:
    running = OtherApp()
    yield running
    running.close()
