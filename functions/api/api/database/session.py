"""One connection to PostgreSQL in use: statements prepared once, and whether it is still sound."""

import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pg8000.native import DatabaseError, InterfaceError, PreparedStatement
from scramp import ScramException

from api.database.login import Server, log_in, open_socket
from api.network.deadline import deadline
from api.network.secrets import Login
from api.tracing import span

Row = list[Any]
# The server hangs up after 30 s (idle_session_timeout in parameters.py): a write that is sent in
# that moment is lost with the connection, and nobody may repeat it. Load balancers wait longer.
_IDLE_SECONDS = 25.0
_GOODBYE_SECONDS = 0.1
_STALE_PLAN = frozenset({"0A000", "26000"})


class Session:
    """One connection with its prepared statements. Any doubt about its state makes it unusable."""

    def __init__(self, server: Server, login: Login) -> None:
        self._statements: dict[str, PreparedStatement] = {}
        self._call_seconds = server.call
        with deadline(server.call), span("PostgreSQL", "connect", namespace="remote"):
            self._socket = open_socket(server)
            try:
                with _replies_understood():
                    self._connection = log_in(self._socket, server, login)
            except BaseException:
                _end(self._socket)
                raise
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
        with deadline(self._call_seconds):
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
        with deadline(self._call_seconds), _replies_understood():
            self._connection.run(sql)

    def close(self) -> None:
        # The driver says good-bye over a socket that may be dead already.
        with suppress(InterfaceError, OSError), deadline(_GOODBYE_SECONDS):
            self._connection.close()
        _end(self._socket)

    def _execute(self, sql: str, parameters: dict[str, object]) -> list[Row]:
        asked = {"database_type": "PostgreSQL", "sanitized_query": sql}
        with _replies_understood(), span("PostgreSQL", namespace="remote", sql=asked):
            statement = self._statements.get(sql)
            if statement is None:
                statement = self._statements[sql] = self._connection.prepare(sql)
            rows: list[Row] | None = statement.run(**parameters)
        self._used_at = time.monotonic()
        return rows or []


def _end(connected: socket.socket) -> None:
    """Also where the driver, whose good-bye failed, still holds a file of the socket."""
    connected.close()
    if connected.fileno() != -1:
        os.close(connected.detach())


def sqlstate(error: DatabaseError) -> str:
    """The five characters that PostgreSQL names an error by; empty if the driver gave none."""
    return _field(error, "C")


def message(error: DatabaseError) -> str:
    """PostgreSQL's own words; what the driver says if it gave none."""
    return _field(error, "M") or str(error)


def _field(error: DatabaseError, code: str) -> str:
    details = error.args[0] if error.args else None
    return str(details.get(code, "")) if isinstance(details, dict) else ""


@contextmanager
def _replies_understood() -> Iterator[None]:
    """The driver stumbles over bytes that are not PostgreSQL's in ways of its own."""
    try:
        yield
    except UnicodeEncodeError:
        # Of what we send, not of a reply.
        raise
    except (struct.error, LookupError, AttributeError, ValueError, ScramException) as error:
        raise InterfaceError("the reply is not PostgreSQL's") from error
