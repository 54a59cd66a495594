"""A server with a thread for each connection, and no more connections than it has files for."""

import socket
from typing import Any

from werkzeug.serving import ThreadedWSGIServer

from samulator.http.server.seats import Seats, seats_by_descriptors

_BODY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_ANSWER = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n"
    b"Retry-After: 1\r\nConnection: close\r\n\r\n%b"
) % (len(_BODY), _BODY)


class BoundedServer(ThreadedWSGIServer):
    """Whoever finds no seat is answered 503, as S3 does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - werkzeug's
        super().__init__(*arguments, **options)
        self.seats: Seats = seats_by_descriptors()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - a socket
        """On the thread that accepts; a client that is turned away must not hold it up."""
        if self.seats.take(request):
            super().process_request(request, client_address)
            return
        try:
            request.settimeout(0)
            request.sendall(_ANSWER)
            # What it sends is read, or else the answer would be lost with the connection.
            request.shutdown(socket.SHUT_WR)
            request.recv(65536)
        except OSError:
            # Nothing came yet, or it is gone.
            return
        finally:
            super().shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - a socket
        """On the connection's own thread, when it is over."""
        self.seats.leave(request)
        super().shutdown_request(request)
