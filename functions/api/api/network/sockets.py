"""TCP and TLS sockets that ask for the deadline before each step."""

import socket
import ssl
from collections.abc import Iterable
from typing import Any

from api.network.deadline import deadline, remaining
from api.network.names import addresses

Option = tuple[int, int, int]
_OPTIONS: tuple[Option, ...] = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
)


class BoundedSocket(socket.socket):
    """Each step takes at most what was set by `settimeout`, and ends by the deadline."""

    _step: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        self._step = value
        super().settimeout(value)

    def connect(self, address: Any, /) -> None:  # noqa: ANN401 - depends on the family
        _limit(self, self._step)
        super().connect(address)

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        _limit(self, self._step)
        return super().recv(bufsize, flags)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:  # noqa: ANN401
        _limit(self, self._step)
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: int = 0, /) -> int:  # noqa: ANN401 - any buffer
        _limit(self, self._step)
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0, /) -> None:  # noqa: ANN401 - any buffer
        # The standard library bounds the whole of it by one timeout.
        _limit(self, self._step)
        super().sendall(data, flags)


class BoundedTlsSocket(ssl.SSLSocket):
    """As BoundedSocket; contexts make it where `sslsocket_class` says so."""

    _step: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        self._step = value
        super().settimeout(value)

    def do_handshake(self, block: bool = False) -> None:
        # The standard library bounds all messages of the handshake by one timeout.
        _limit(self, self._step)
        super().do_handshake(block)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        _limit(self, self._step)
        return super().recv(buflen, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:  # noqa: ANN401
        _limit(self, self._step)
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: int = 0) -> int:  # noqa: ANN401 - any buffer
        # `sendall` calls this for each part.
        _limit(self, self._step)
        return super().send(data, flags)


def _limit(bounded: socket.socket, step: float | None) -> None:
    left = remaining()
    if left is not None:
        socket.socket.settimeout(bounded, left if step is None else min(step, left))


def connect(
    host: str, port: int, *, seconds: float, options: Iterable[Option] = _OPTIONS
) -> BoundedSocket:
    """Looks up the name and connects, both in `seconds` together. Raises OSError."""
    with deadline(seconds):
        fault: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in addresses(host, port):
            opened = BoundedSocket(family, kind, protocol)
            try:
                for option in options:
                    opened.setsockopt(*option)
                opened.connect(address)
            except OSError as error:
                opened.close()
                fault = error
            else:
                opened.settimeout(None)
                return opened
        raise fault


def secure(plain: BoundedSocket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """The same connection through TLS, its server verified as `context` says."""
    context.sslsocket_class = BoundedTlsSocket
    return context.wrap_socket(plain, server_hostname=host)
