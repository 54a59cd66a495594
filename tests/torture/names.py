"""Hosts whose names no server knows, or no server answers for, in this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

UNKNOWN = "unknown.invalid"
SILENT = "silent.invalid"


@contextmanager
def name_servers() -> Iterator[None]:
    """Looking up UNKNOWN, or a host below it, fails at once; SILENT is asked for in vain.

    That is what the C library does, which waits ten seconds and more; here until this ends.
    """
    known, released = socket.getaddrinfo, threading.Event()

    def lookup(host: Any, *rest: Any, **options: Any) -> Any:
        if not options.get("flags"):
            if str(host).endswith(UNKNOWN):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            if str(host).endswith(SILENT):
                released.wait()
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return known(host, *rest, **options)

    socket.getaddrinfo = lookup
    try:
        yield
    finally:
        released.set()
        socket.getaddrinfo = known
