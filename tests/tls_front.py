"""Speaks TLS before a server that has none, with whatever certificate a test wants."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

_SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_CHUNK = 65536


class TlsFront:
    """Listens on 127.0.0.1. Where TLS is asked for, as PostgreSQL does, the answer is yes."""

    def __init__(
        self, upstream_port: int, context: ssl.SSLContext, *, is_asked_for: bool = True
    ) -> None:
        self._upstream_port = upstream_port
        self._is_asked_for = is_asked_for
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Closes nothing that a thread still reads by: its number may be another's by then."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self.hang_up()
        while self._threads:
            self._threads.pop().join()
        for opened in (self._listener, *self._open):
            opened.close()

    def hang_up(self) -> None:
        """On every client that is connected."""
        for opened in self._open:
            _shut(opened)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self._open.append(plain)
                self._start(self._serve, plain)

    def _serve(self, plain: socket.socket) -> None:
        # A client that refuses the certificate hangs up in the middle.
        with contextlib.suppress(OSError):
            if self._is_asked_for:
                assert plain.recv(len(_SSL_REQUEST)) == _SSL_REQUEST
                plain.sendall(b"S")
            client = self._context.wrap_socket(
                plain, server_side=True, do_handshake_on_connect=False
            )
            self._open.append(client)
            client.do_handshake()
            server = socket.create_connection(("127.0.0.1", self._upstream_port))
            self._open.append(server)
            self._start(_pump, server, client)
            _pump(client, server)

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
    _shut(target)


def _shut(connected: socket.socket) -> None:
    """Not as TLS does it, which takes away what another thread reads by."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
