"""How a connection to Redis is made: a bounded socket, TLS that is verified, the login."""

import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from redis import AuthenticationError, Redis
from redis.backoff import NoBackoff
from redis.connection import Connection, ConnectionPool
from redis.retry import Retry

from api.network.sockets import connect, secure
from api.users.cache_login import CacheLogin

# Only where a call has no deadline.
_STEP_SECONDS = 1.0


class BoundedConnection(Connection):
    """Keeps the deadline of its call; speaks TLS with a context of `tls`."""

    def __init__(
        self,
        *,
        tls: Callable[[], ssl.SSLContext] | None = None,
        login: CacheLogin | None = None,
        **options: Any,  # noqa: ANN401 - the library's own
    ) -> None:
        super().__init__(credential_provider=login, **options)  # type: ignore[no-untyped-call]
        self._tls = tls
        self._cache_login = login

    def on_connect_check_health(self, check_health: bool = True) -> None:
        try:
            super().on_connect_check_health(check_health)
        except AuthenticationError:
            if self._cache_login is not None:
                self._cache_login.refuse()
            raise

    def _connect(self) -> Any:  # noqa: ANN401 - a socket, plain or not
        plain = connect(self.host, self.port, seconds=_STEP_SECONDS)
        try:
            plain.settimeout(_STEP_SECONDS)
            return plain if self._tls is None else secure(plain, self._tls(), self.host)
        except BaseException:
            plain.close()
            raise


def redis_client(host: str, port: int, *, tls: bool, login: CacheLogin | None) -> "Redis":
    """A client that fails fast: no retries, one round trip to connect, one more to log in."""
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
        login=login,
    )
    return Redis(connection_pool=pool)


@lru_cache(maxsize=1)
def _platform_trust() -> ssl.SSLContext:
    """Read at the first connection: it takes milliseconds that only TLS needs."""
    return ssl.create_default_context()
