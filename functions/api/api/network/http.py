"""HTTP connections of urllib3 on bounded sockets, for the libraries that are built on it."""

import ssl
from typing import TYPE_CHECKING

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from api.network.sockets import BoundedSocket, BoundedTlsSocket, connect

if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object

# Only where a call has no deadline.
_CONNECT_SECONDS = 1.0


class Bounded(_Base):
    """Put before a connection class of urllib3, it makes the socket one of ours."""

    def _new_conn(self) -> BoundedSocket:
        """Raises what the library expects of a connection that is not made."""
        try:
            return connect(self._dns_host, self.port, seconds=_CONNECT_SECONDS)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"{self.host} does not connect in time") from error
        except OSError as error:
            raise NewConnectionError(self, f"{self.host} does not connect: {error}") from error


class BoundedHttpConnection(Bounded, HTTPConnection):
    """Plain."""


class BoundedHttpsConnection(Bounded, HTTPSConnection):
    """Through TLS: give it a context that `bound_tls` made."""


def bound_tls(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same context, whose sockets keep deadlines too."""
    context.sslsocket_class = BoundedTlsSocket
    return context
