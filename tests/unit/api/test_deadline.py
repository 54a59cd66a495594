"""One deadline for all that a call does."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.network.deadline import deadline, inherited, own_deadline, remaining
from api.network.sockets import BoundedSocket


def test_without_a_deadline_there_is_no_limit() -> None:
    assert remaining() is None


def test_the_deadline_inside_shortens_and_never_prolongs() -> None:
    with deadline(60), deadline(30):
        assert remaining() <= 30
        with deadline(90):
            assert remaining() <= 30
    with deadline(30), deadline(60):
        assert remaining() <= 30


def test_a_service_asked_in_passing_has_a_deadline_of_its_own() -> None:
    with deadline(0.0):
        with own_deadline(30):
            assert 0 < remaining() <= 30
        with pytest.raises(TimeoutError):
            remaining()


def test_other_threads_know_the_deadline_that_they_inherit() -> None:
    with ThreadPoolExecutor(1) as other, deadline(30):
        assert other.submit(remaining).result() is None
        assert other.submit(inherited(remaining)).result() <= 30


def test_a_socket_ends_a_read_that_never_stops_at_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    bounded = BoundedSocket(fileno=ours.detach())
    ended = threading.Event()

    def drip() -> None:
        while not ended.wait(0.001):
            theirs.send(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    started = time.monotonic()
    # Closed after the last byte: a send to a closed socket is an error of its thread.
    with bounded, theirs:
        with pytest.raises(TimeoutError), deadline(0.05):
            _ = [bounded.recv(1) for _ in iter(int, 1)]
        ended.set()
        dripping.join()
    assert time.monotonic() - started >= 0.05


def test_a_socket_that_is_silent_is_left_at_the_deadline_whatever_its_own_limit() -> None:
    ours, theirs = socket.socketpair()
    with BoundedSocket(fileno=ours.detach()) as bounded, theirs:
        bounded.settimeout(3600)
        with pytest.raises(TimeoutError), deadline(0.05):
            bounded.recv(1)
        bounded.settimeout(0.01)
        with pytest.raises(TimeoutError), deadline(3600):
            bounded.recv(1)
