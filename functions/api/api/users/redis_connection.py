"""How a connection to Redis is made: on a bounded socket, verified where there is TLS."""

import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import Connection, ConnectionPool
from redis.retry import Retry

from api.network.sockets import connect, secure

# Only where a call has no deadline.
_STEP_SECONDS = 1.0


class BoundedConnection(Connection):
    """Keeps the deadline of its call; speaks TLS with a context of `tls`."""

    def __init__(
        self,
        *,
        tls: Callable[[], ssl.SSLContext] | None = None,
        **options: Any,  # noqa: ANN401 - the library's own
    ) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._tls = tls

    def _connect(self) -> Any:  # noqa: ANN401 - a socket, plain or not
        plain = connect(self.host, self.port, seconds=_STEP_SECONDS)
        try:
            plain.settimeout(_STEP_SECONDS)
            return plain if self._tls is None else secure(plain, self._tls(), self.host)
        except BaseException:
            plain.close()
            raise


def redis_client(host: str, port: int, *, tls: bool) -> "Redis":
    """A client that fails fast: no retries, one round trip to connect."""
    pool = ConnectionPool(
        connection_class=BoundedConnection,
        host=host,
        port=port,
        protocol=2,
        driver_info=None,
        socket_timeout=_STEP_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
        tls=_platform_trust if tls else None,
    )
    return Redis(connection_pool=pool)


@lru_cache(maxsize=1)
def _platform_trust() -> ssl.SSLContext:
    """Read at the first connection: it takes milliseconds that only TLS needs."""
    return ssl.create_default_context()
