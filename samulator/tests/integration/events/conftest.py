"""Functions and the AWS process, for all tests of this folder."""

from collections.abc import Iterator

import pytest

from testkit.event_app import EventApp


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventApp]:
    running = EventApp(tmp_path_factory.mktemp("aws"))
    yield running
    running.close()
