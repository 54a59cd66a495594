"""Hosts' names that cannot be looked up are faults of the connection, as a dead host is."""

import socket
import threading
from typing import Any

import pytest

from api.network import names
from api.network.deadline import deadline

NAME = "name.that.is.asked.for"


def test_name_that_no_host_can_have_is_a_fault_of_the_connection() -> None:
    for name in ("a..b", ".b", "x" * 70, "a\udc80b"):
        with pytest.raises(OSError, match="no host can have this name"):
            names.addresses(name, 5432)


def test_name_server_that_never_answers_is_left_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = threading.Event()
    known = socket.getaddrinfo

    def silent(host: Any, *rest: Any, **options: Any) -> Any:
        if host == NAME and not options.get("flags"):
            answered.wait()
            host = "127.0.0.1"
        return known(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    monkeypatch.setattr(names, "_running", running := {})
    with deadline(0.01), pytest.raises(TimeoutError):
        names.addresses(NAME, 5432)
    (left,) = running.values()
    answered.set()
    left.join()
    assert not running


def test_process_without_threads_fails_and_asks_again_when_it_has_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(names._Lookup, "start", full)
        for _ in range(2):
            with pytest.raises(OSError, match="no thread to look up a name in"):
                names.addresses(NAME, 5432)

    known = socket.getaddrinfo

    def answering(host: Any, *rest: Any, **options: Any) -> Any:
        asked = "127.0.0.1" if host == NAME and not options.get("flags") else host
        return known(asked, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answering)
    assert [found[4] for found in names.addresses(NAME, 5432)] == [("127.0.0.1", 5432)]
