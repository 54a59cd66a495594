"""Ports for servers that are told theirs before they start, each given once on this machine.

A port that is looked up free, closed and used a moment later may be somebody else's by then:
the system hands out the same ones to every program that asks for any.
"""

import random
import socket
from contextlib import closing
from functools import cache

from samulator.servers.ports import LOOPBACK, Ports

# Below what Linux (from 32768) and macOS (from 49152) give to programs that ask for any port.
_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 1_000


def reserve_port() -> int:
    """A TCP port on which nothing listens, kept from other runs of these tests."""
    for _ in range(_ATTEMPTS):
        port = _shuffler().randint(_FIRST, _LAST)
        if _claim(port) and _is_free(port):
            return port
    raise AssertionError(f"no free port from {_FIRST} to {_LAST}")


def reserve_ports() -> Ports:
    """One for each service of a stack."""
    return Ports(**{name: reserve_port() for name, _ in Ports().items()})


@cache
def _shuffler() -> random.Random:
    """Not the random of the tests, which is seeded: two runs would claim in the same order."""
    return random.SystemRandom()


@cache
def _claims() -> list[socket.socket]:
    return []


def _claim(port: int) -> bool:
    """Holds the UDP port of that number, which nothing else uses, until this process ends.

    So the system itself keeps the books, across users and temporary folders, and after a kill.
    """
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind((LOOPBACK, port))
    except OSError:
        claim.close()
        return False
    _claims().append(claim)
    return True


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True
