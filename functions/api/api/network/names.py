"""Names of hosts, looked up until the deadline and no longer.

The C library waits for a silent name server as long as it was set to, ten seconds by default, and
takes no limit from its caller. So it is asked in a thread that is left behind: one for each name,
whoever asks meanwhile waits for the same one.
"""

import errno
import socket
import threading
from typing import Any

from api.network.deadline import remaining

Address = tuple[Any, ...]


class _Lookup(threading.Thread):
    def __init__(self, host: str, port: int) -> None:
        super().__init__(name="lookup", daemon=True)
        self._asked = (host, port)
        self.ended = threading.Event()
        self.found: list[Address] = []
        self.fault: OSError | None = None

    def run(self) -> None:
        try:
            self.found = socket.getaddrinfo(*self._asked, type=socket.SOCK_STREAM)
        except OSError as error:
            self.fault = error
        finally:
            with _lock:
                del _running[self._asked]
            self.ended.set()


_lock = threading.Lock()
_running: dict[tuple[str, int], _Lookup] = {}


def addresses(host: str, port: int) -> list[Address]:
    """As `socket.getaddrinfo` for TCP. Raises OSError; TimeoutError at the deadline."""
    try:
        return socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )
    except UnicodeError as error:
        raise OSError("no host can have this name") from error
    except socket.gaierror:
        lookup = _lookup(host, port)
    if not lookup.ended.wait(remaining()):
        raise TimeoutError("the name server does not answer")
    if lookup.fault is not None:
        raise OSError(*lookup.fault.args) from lookup.fault
    return lookup.found


def _lookup(host: str, port: int) -> _Lookup:
    with _lock:
        lookup = _running.get((host, port))
        if lookup is None:
            lookup = _Lookup(host, port)
            try:
                lookup.start()
            except RuntimeError as error:
                # The process may have no more threads. Nobody may wait for one that never ran.
                raise OSError(errno.EAGAIN, "no thread to look up a name in") from error
            # It ends with this lock held, so not before it is known here.
            _running[host, port] = lookup
    return lookup
