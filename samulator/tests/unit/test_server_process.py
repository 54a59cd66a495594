"""Servers as child processes."""

import signal
import sys
from pathlib import Path

import pytest

from samulator.servers.process import ServerProcess

_ENDLESS = "print('ready', flush=True)\nwhile True: __import__('time').sleep(60)"


@pytest.fixture
def ignoring_sigterm():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_server_stops_at_once_where_its_parent_ignores_the_signal(
    ignoring_sigterm: None, tmp_path: Path
) -> None:
    """As a stack does from the first Ctrl-C on, which may come in the middle of its start."""
    server = ServerProcess("Server", [sys.executable, "-c", _ENDLESS], log=tmp_path / "server.log")
    server.launch()
    server.wait_until(lambda: server.last_words(1) == ["ready"])
    server.stop()
    assert server.ending == "was killed by SIGTERM"
