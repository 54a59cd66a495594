"""Speaks TLS before a server that has none, with whatever certificate a test wants."""

import contextlib
import socket
import ssl
import threading
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
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
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
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        # A client that refuses the certificate hangs up in the middle.
        with contextlib.suppress(OSError):
            if self._is_asked_for:
                assert plain.recv(len(_SSL_REQUEST)) == _SSL_REQUEST
                plain.sendall(b"S")
            client = self._context.wrap_socket(plain, server_side=True)
            server = socket.create_connection(("127.0.0.1", self._upstream_port))
            self._open += [client, server]
            threading.Thread(target=_pump, args=(server, client), daemon=True).start()
            _pump(client, server)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
    _shut(target)


def _shut(connected: socket.socket) -> None:
    """Not as TLS does it, which takes away what another thread reads by."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
