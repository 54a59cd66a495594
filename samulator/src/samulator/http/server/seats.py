"""How many connections this process serves at once, so that descriptors are left for its work."""

import asyncio
import resource

_BODY = b'{"message":"Service Unavailable"}'
_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nRetry-After: 1\r\nConnection: close\r\n\r\n%b"
) % (len(_BODY), _BODY)
# An answer is lost where the connection ends before the client has sent its request.
_LINGER_SECONDS = 1.0
_MOST = 10_000


class Seats:
    """Those of all servers of one process; `limit` are the most that are taken at once."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken: set[object] = set()

    def take(self, connection: object) -> bool:
        """Return whether the connection may be served; `leave` gives its seat back."""
        if len(self._taken) >= self.limit:
            return False
        self._taken.add(connection)
        return True

    def leave(self, connection: object) -> None:
        self._taken.discard(connection)


def seats_by_descriptors() -> Seats:
    """Half of the process's descriptors; the others are for workers, files and stores."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Seats(_MOST if soft == resource.RLIM_INFINITY else min(_MOST, soft // 2))


def turn_away(transport: asyncio.BaseTransport) -> None:
    """Answer 503, then end the connection."""
    assert isinstance(transport, asyncio.Transport)
    transport.write(_ANSWER)
    transport.write_eof()
    asyncio.get_running_loop().call_later(_LINGER_SECONDS, transport.abort)


SEATS = seats_by_descriptors()
