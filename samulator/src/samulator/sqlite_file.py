"""A file of SQLite that one process holds: what is committed survives the end of any process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samulator.called import command

if TYPE_CHECKING:
    import sqlite3

# A stack that was killed may still be ending while the next one starts.
_WAIT_SECONDS = 10.0


class FileUnusable(Exception):
    """The file cannot be read or is held by another process; the message says what helps."""


class SqliteFile:
    """Takes statements of any thread, one transaction at a time.

    A commit is in the hands of the operating system when it returns: it outlives a killed process,
    and of a power cut the last seconds may be lost, never more and never half.
    """

    def __init__(self, path: Path, schema: str, *, layout: int) -> None:
        """`layout` is the number of the schema; raises FileUnusable, OSError and sqlite3.Error."""
        # Commands that open none name the errors of this module.
        import sqlite3

        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        # Rows hold what was sent: nobody else on this machine is to read them.
        path.touch(mode=0o600)
        try:
            self._connection = _opened(path)
            self._make(path, schema, layout)
        except (sqlite3.DatabaseError, FileUnusable) as error:
            if "full" in str(error):
                raise
            raise FileUnusable(
                f"{path} cannot be used: {error}; {command('reset')} starts with empty data"
            ) from error

    def _make(self, path: Path, schema: str, layout: int) -> None:
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found not in (0, layout):
            raise FileUnusable(f"{path.name} has layout {found}, this version reads {layout}")
        if not found:
            with self.transaction() as connection:
                for statement in schema.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {layout:d}")

    @contextmanager
    def transaction(self) -> "Iterator[sqlite3.Connection]":
        """All of it or nothing; raises sqlite3.Error, also where the disk is full."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def run(self, statement: str, *values: Any) -> None:  # noqa: ANN401 - what SQLite takes
        """One statement as a transaction of its own; raises sqlite3.Error."""
        with self._lock:
            self._connection.execute(statement, values)

    def rows(self, query: str, *values: Any) -> list[Any]:  # noqa: ANN401 - what SQLite takes
        """All rows of a query, read at once."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Leaves one file behind, without a journal beside it."""
        with self._lock:
            self._connection.close()


def _opened(path: Path) -> "sqlite3.Connection":
    import sqlite3

    connection = sqlite3.connect(
        path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
