"""How a connection to PostgreSQL is made: the socket, TLS before the driver sees it, the login."""

import socket
import ssl
import struct
from dataclasses import dataclass

from pg8000.native import Connection, DatabaseError, InterfaceError

from api.database.parameters import set_parameters
from api.network.secrets import Login
from api.network.sockets import connect, secure

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


@dataclass(frozen=True)
class Server:
    """Where PostgreSQL is.

    Limits in seconds: until it is connected, for the server to do a statement, and for all that a
    session's beginning or a call takes, its repetition included.
    """

    host: str
    port: int
    database: str
    tls: ssl.SSLContext | None
    connect: float = 1.0
    answer: float = 1.7

    @property
    def call(self) -> float:
        return self.connect + self.answer


def open_socket(server: Server) -> socket.socket:
    """Connected, and through TLS where the server has to. Raises OSError."""
    plain = connect(server.host, server.port, seconds=server.connect)
    try:
        if server.tls is None:
            return plain
        plain.sendall(_SSL_REQUEST)
        if plain.recv(1) != b"S":
            raise OSError("PostgreSQL offers no TLS and DATABASE_TLS asks for it")
        return secure(plain, server.tls, server.host)
    except BaseException:
        plain.close()
        raise


def log_in(connected: socket.socket, server: Server, login: Login) -> Connection:
    """The driver on a socket of `open_socket`, its parameters set. Raises the driver's errors."""
    try:
        connection = Connection(
            login.user,
            host=server.host,
            database=server.database,
            password=login.password,
            sock=connected,
            ssl_context=False,  # the socket speaks TLS already where it has to
            application_name="users-api",
        )
    except InterfaceError as error:
        # After a refusal the driver says good-bye. Where the server has hung up already, which is
        # chance, the refusal is behind that failure; it says whether another login may do.
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from None
    # Not among the options of the login: an RDS Proxy refuses a login that has any.
    connection.run(set_parameters(server.answer))
    return connection


def _refusal(error: BaseException) -> DatabaseError | None:
    link = error.__cause__ or error.__context__
    while link is not None and not isinstance(link, DatabaseError):
        link = link.__cause__ or link.__context__
    return link
