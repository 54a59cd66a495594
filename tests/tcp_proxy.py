"""A TCP proxy that breaks on demand and counts round trips."""

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from testkit.timing import LONG_SECONDS

_CHUNK = 65536
# SO_LINGER of zero seconds: closing sends a reset instead of a good-bye.
_RESET = struct.pack("ii", 1, 0)
# More than the shortest queue of a listener takes.
_QUEUED = 4


class TcpProxy:
    """Stands on its own port of 127.0.0.1 before `upstream`; every fault can be set and lifted.

    delay: seconds before each chunk goes on; late: before each of the server's; drip: after each
    byte of the server's; silent: accepts and swallows, never answers;
    refuse(): nothing listens; black_hole(): who connects gets no answer at all;
    cut(): what is connected ends, by a reset if asked;
    garbage: bytes sent instead of the server's; cut_after: bytes of an answer let through;
    lose_answer(): the next answer is lost with its connection, after something was done.
    round_trips: how often a client spoke and was answered or waited, since count().
    """

    def __init__(self, upstream_port: int, port: int) -> None:
        """`port` is a reserved one: it is left and taken again, and nobody may come between."""
        self._upstream = ("127.0.0.1", upstream_port)
        self.delay = self.late = self.drip = 0.0
        self.silent = False
        self.garbage: bytes | None = None
        self.cut_after: int | None = None
        self.round_trips = 0
        self.connections = 0
        self._before_loss: Callable[[], None] | None = None
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._full: list[socket.socket] = []
        self.port = port
        self.allow()

    def allow(self) -> None:
        """Listens, again if it was refused before, on the same port."""
        if self._listener is not None:
            return
        while self._full:
            self._full.pop().close()
        listener = self._listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def refuse(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def black_hole(self) -> None:
        """As a firewall that drops: a queue that is full gives a new connection no answer at all.

        Raises AssertionError where the system answers all the same.
        """
        self.refuse()
        self._full.append(self._listen(0))
        for _ in range(_QUEUED):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", self.port))
            self._full.append(waiting)
        with socket.socket() as one_more:
            one_more.settimeout(0.1)
            try:
                one_more.connect(("127.0.0.1", self.port))
            except TimeoutError:
                return
        raise AssertionError("this system takes connections beyond a full queue")

    def cut(self, *, reset: bool = False) -> None:
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    if reset:
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                        end.close()
                    else:
                        end.shutdown(socket.SHUT_RDWR)

    def lose_answer(self, then: Callable[[], None]) -> None:
        """`then` runs when the server has done its work, before the client learns of the loss."""
        self._before_loss = then

    def count(self) -> None:
        self.round_trips = 0
        self.connections = 0

    def heal(self) -> None:
        """Lifts every fault."""
        self.delay = self.late = self.drip = 0.0
        self.silent, self.garbage, self.cut_after = False, None, None
        self.allow()

    def close(self) -> None:
        self.refuse()
        while self._full:
            self._full.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _listen(self, queue: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(queue)
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._upstream, LONG_SECONDS)
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = (client, server)
        with self._lock:
            self._pairs.add(pair)
        try:
            self._pump(client, server)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._pairs.discard(pair)
            client.close()
            server.close()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        line = _Line(client, server)
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            selector.register(server, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    data = key.fileobj.recv(_CHUNK)  # type: ignore[union-attr]
                    if not data:
                        return
                    if not self.silent:
                        time.sleep(self.delay)
                        self._forward(line, data, from_client=key.fileobj is client)

    def _forward(self, line: "_Line", data: bytes, *, from_client: bool) -> None:
        if from_client:
            self.round_trips += not line.client_spoke_last
            line.client_spoke_last = True
            line.server.sendall(data)
            return
        line.client_spoke_last = False
        if self._before_loss is not None:
            before, self._before_loss = self._before_loss, None
            before()
            raise ConnectionAbortedError("the answer is lost")
        data = data if self.garbage is None else self.garbage
        if self.cut_after is not None:
            data = data[: max(self.cut_after - line.answered, 0)]
        line.answered += len(data)
        time.sleep(self.late)
        self._answer(line.client, data)
        if self.cut_after is not None and line.answered >= self.cut_after:
            raise ConnectionAbortedError("cut after enough bytes")

    def _answer(self, client: socket.socket, data: bytes) -> None:
        while self.drip and data:
            client.sendall(data[:1])
            data = data[1:]
            time.sleep(self.drip)
        client.sendall(data)


@dataclass
class _Line:
    """One proxied connection."""

    client: socket.socket
    server: socket.socket
    client_spoke_last: bool = False
    answered: int = 0
