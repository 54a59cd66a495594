"""One PostgreSQL connection per process: prepared, bounded in time, dropped when in doubt."""

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pg8000.native import Connection, DatabaseError, InterfaceError, PreparedStatement

from api.errors import DatabaseUnavailable

Row = list[Any]
# Load balancers and NAT forget a connection after 350 s without a word.
_IDLE_SECONDS = 300.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_STALE_PLAN = frozenset({"0A000", "26000"})
_REFUSED_LOGIN = frozenset({"28P01", "28000"})
_TRY_LATER = ("08", "53", "57", "55P03", "40001", "40P01", "25006")


class ConstraintViolated(Exception):
    """A row breaks the constraint `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Login:
    user: str
    password: str


@dataclass(frozen=True)
class Server:
    """Where PostgreSQL is. Limits in seconds: for each step to a session, and for each reply."""

    host: str
    port: int
    database: str
    tls: ssl.SSLContext | None
    connect: float = 1.0
    answer: float = 1.7


class Session:
    """One connection with its prepared statements. Any doubt about its state makes it unusable."""

    def __init__(self, server: Server, login: Login) -> None:
        self._statements: dict[str, PreparedStatement] = {}
        self._socket = _open_socket(server)
        try:
            with _replies_understood():
                self._connection = _log_in(self._socket, server, login)
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(server.answer)
        self._used_at = time.monotonic()

    @property
    def is_fresh(self) -> bool:
        """False when the server hung up or the network may have forgotten the connection."""
        if time.monotonic() - self._used_at > _IDLE_SECONDS:
            return False
        watch = select.poll()
        watch.register(self._socket, select.POLLIN)
        return not watch.poll(0)

    def run(self, sql: str, /, **parameters: object) -> list[Row]:
        """One round trip once the statement is prepared."""
        try:
            return self._execute(sql, parameters)
        except DatabaseError as error:
            if sqlstate(error) not in _STALE_PLAN:
                raise
            # A migration changed what the plan was made for; it did nothing, so ask afresh.
            self._statements.clear()
            return self._execute(sql, parameters)

    def run_script(self, sql: str) -> None:
        """Several statements in one go, without parameters."""
        self._connection.run(sql)

    def close(self) -> None:
        # The driver says good-bye over a socket that may be dead already.
        with suppress(InterfaceError, OSError):
            self._connection.close()
        self._socket.close()

    def _execute(self, sql: str, parameters: dict[str, object]) -> list[Row]:
        with _replies_understood():
            statement = self._statements.get(sql)
            if statement is None:
                statement = self._statements[sql] = self._connection.prepare(sql)
            rows: list[Row] | None = statement.run(**parameters)
        self._used_at = time.monotonic()
        return rows or []


class Database:
    """Runs statements on one connection that is opened when needed and kept while it is sound."""

    def __init__(self, server: Server, login: Callable[[bool], Login]) -> None:
        """`login(True)` must read the credentials anew (a rotated secret)."""
        self._server = server
        self._login = login
        self._session: Session | None = None
        self._lock = threading.Lock()

    def run(self, sql: str, /, *, repeatable: bool = False, **parameters: object) -> list[Row]:
        """Raises ConstraintViolated or DatabaseUnavailable.

        `repeatable` says that running the statement twice does no harm: it is then tried again,
        once, when a connection that was in use before turns out to be lost.
        """
        with self._lock, _translated():
            reused = self._session is not None and self._session.is_fresh
            try:
                return self._attempt(sql, parameters)
            except (InterfaceError, OSError) as error:
                if not (reused and repeatable) or _is_timeout(error):
                    raise
                return self._attempt(sql, parameters)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One connection for several statements; raises as `run`. It is closed when left early."""
        with self._lock, _translated():
            session = self._usable_session()
            try:
                yield session
            except BaseException:
                self._discard()
                raise

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose statements are committed together; closing it early rolls back."""
        with self.session() as session:
            session.run_script("BEGIN")
            yield session
            session.run_script("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._discard()

    def _attempt(self, sql: str, parameters: dict[str, object]) -> list[Row]:
        session = self._usable_session()
        try:
            return session.run(sql, **parameters)
        except DatabaseError as error:
            if sqlstate(error).startswith(_TRY_LATER):
                self._discard()
            raise
        except BaseException:
            # The driver may be one reply behind: whoever asked next would get our rows.
            self._discard()
            raise

    def _usable_session(self) -> Session:
        if self._session is not None and not self._session.is_fresh:
            self._discard()
        if self._session is None:
            self._session = self._connect()
        return self._session

    def _connect(self) -> Session:
        try:
            return Session(self._server, self._login(False))
        except DatabaseError as error:
            if sqlstate(error) not in _REFUSED_LOGIN:
                raise
            return Session(self._server, self._login(True))

    def _discard(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def sqlstate(error: DatabaseError) -> str:
    """The five characters that PostgreSQL names an error by; empty if the driver gave none."""
    details = error.args[0] if error.args else None
    return str(details.get("C", "")) if isinstance(details, dict) else ""


def _open_socket(server: Server) -> socket.socket:
    plain = socket.create_connection((server.host, server.port), server.connect)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if server.tls is None:
            return plain
        plain.sendall(_SSL_REQUEST)
        if plain.recv(1) != b"S":
            raise OSError("PostgreSQL offers no TLS and DATABASE_TLS asks for it")
        return server.tls.wrap_socket(plain, server_hostname=server.host)
    except BaseException:
        plain.close()
        raise


def _log_in(connected: socket.socket, server: Server, login: Login) -> Connection:
    connection = Connection(
        login.user,
        host=server.host,
        database=server.database,
        password=login.password,
        sock=connected,
        ssl_context=False,  # the socket speaks TLS already where it has to
        application_name="users-api",
    )
    # Not among the options of the login: an RDS Proxy refuses a login that has any.
    connection.run(
        f"SET statement_timeout = {int(server.answer * 1000)};"
        " SET idle_in_transaction_session_timeout = 30000; SET timezone = 'UTC'"
    )
    return connection


@contextmanager
def _replies_understood() -> Iterator[None]:
    """The driver stumbles over bytes that are not PostgreSQL's in ways of its own."""
    try:
        yield
    except (struct.error, LookupError, AttributeError, UnicodeDecodeError) as error:
        raise InterfaceError("the reply is not PostgreSQL's") from error


def _is_timeout(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        state = sqlstate(error)
        if state == "23505":
            raise ConstraintViolated(str(error.args[0].get("n", ""))) from error
        if state.startswith(_TRY_LATER) or state in _REFUSED_LOGIN:
            raise DatabaseUnavailable("The database cannot answer now.", code=state) from error
        raise
    except ssl.SSLCertVerificationError as error:
        said = f"The database's certificate is not trusted: {error.verify_message}."
        raise DatabaseUnavailable(said) from error
    except (InterfaceError, OSError) as error:
        raise DatabaseUnavailable("The database does not answer.") from error
