"""One PostgreSQL connection per process: kept while it is sound, dropped when in doubt."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pg8000.native import DatabaseError, InterfaceError

from api.database.login import Server
from api.database.session import Row, Session, sqlstate
from api.errors import DatabaseUnavailable
from api.network.deadline import deadline
from api.network.secrets import Logins

_NOT_NOW = "The database cannot answer now."
_REFUSED_LOGIN = frozenset({"28P01", "28000"})
# Classes and codes by which PostgreSQL says that it or the moment is at fault, not the statement:
# connections, resources, an operator, the system beneath, its configuration, itself; then locks and
# conflicts, a server that takes no writes, and a session that it has given up.
_TRY_LATER = (
    *("08", "53", "57", "58", "F0", "XX"),
    *("55P03", "40001", "40P01", "25006", "25P03", "25P04"),
)


class ConstraintViolated(Exception):
    """A row breaks the constraint `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Database:
    """Runs statements on one connection that is opened when needed and kept while it is sound."""

    def __init__(self, server: Server, logins: Logins) -> None:
        """`logins` gives what to log in with, one after another, as long as each is refused."""
        self._server = server
        self._logins = logins
        self._session: Session | None = None
        self._lock = threading.Lock()

    def run(self, sql: str, /, *, repeatable: bool = False, **parameters: object) -> list[Row]:
        """Raises ConstraintViolated or DatabaseUnavailable.

        `repeatable` says that running the statement twice does no harm: it is then tried again,
        once, when a connection that was in use before turns out to be lost. All of it, connecting
        and logging in included, ends in the server's limit for a call.
        """
        with self._lock, _translated(), deadline(self._server.call):
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
        """Whatever it is that a login is refused for, there is no session: DatabaseUnavailable."""
        refused: DatabaseError | None = None
        for login in self._logins():
            try:
                return Session(self._server, login)
            except DatabaseError as error:
                refused = error
                if sqlstate(error) not in _REFUSED_LOGIN:
                    break
        assert refused is not None
        raise DatabaseUnavailable(_NOT_NOW, code=sqlstate(refused)) from refused

    def _discard(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


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
        if state.startswith(_TRY_LATER):
            raise DatabaseUnavailable(_NOT_NOW, code=state) from error
        raise
    except ssl.SSLCertVerificationError as error:
        said = f"The database's certificate is not trusted: {error.verify_message}."
        raise DatabaseUnavailable(said) from error
    except (InterfaceError, OSError) as error:
        raise DatabaseUnavailable("The database does not answer.") from error
