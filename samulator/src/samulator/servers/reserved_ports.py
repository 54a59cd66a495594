"""Ports for servers that are told theirs before they start, each given once on this machine.

A port that is looked up free, closed and used a moment later may be somebody else's by then:
the system hands out the same ones to every program that asks for any.
"""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from samulator.servers.ports import LOOPBACK, Ports, PortTaken, is_free

# Below what Linux (from 32768) and macOS (from 49152) give to programs that ask for any port.
_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 1_000
# Not the random of a program, which may be seeded: two would claim in the same order.
_SHUFFLER = random.SystemRandom()


@contextmanager
def reserved_ports() -> Iterator[Ports]:
    """One for each service of a stack, kept from others that ask here; raises PortTaken."""
    with ExitStack() as claims:
        yield Ports(**{name: claims.enter_context(reserved_port()) for name, _ in Ports().items()})


@contextmanager
def reserved_port() -> Iterator[int]:
    """A TCP port on which nothing listens; raises PortTaken where there is none.

    The UDP port of that number, which nothing else uses, is held meanwhile: so the system itself
    keeps the books, across users and temporary folders, and after a kill.
    """
    for _ in range(_ATTEMPTS):
        port = _SHUFFLER.randint(_FIRST, _LAST)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as claim:
            if _is_bound(claim, port) and is_free(port):
                yield port
                return
    raise PortTaken(f"no free port from {_FIRST} to {_LAST}")


def _is_bound(claim: socket.socket, port: int) -> bool:
    try:
        claim.bind((LOOPBACK, port))
    except OSError:
        return False
    return True
