"""A file of SQLite that one process holds: what is committed survives the end of any process."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samulator.called import command

if TYPE_CHECKING:
    import sqlite3

# A stack that was killed may still be ending while the next one starts.
WAIT_SECONDS = 10.0


class FileUnusable(Exception):
    """The file cannot be read or is held by another process; the message says what helps."""


class _Damaged(Exception):
    """What the file is instead of one with its tables."""


def unusable(path: Path, why: str) -> FileUnusable:
    """With the ways out: what was kept is never taken for nothing."""
    return FileUnusable(
        f"{path} cannot be used: {why}; put a copy of it back, or {command('reset')} starts with "
        "empty data"
    )


class SqliteFile:
    """Takes statements of any thread, one transaction at a time.

    A commit is in the hands of the operating system when it returns: it outlives a killed process,
    and of a power cut the last seconds may be lost, never more and never half.
    """

    def __init__(self, path: Path, schema: str, *, layout: int) -> None:
        """`layout` is the number of the schema; raises FileUnusable, OSError and sqlite3.Error."""
        # Commands that open none name the errors of this module.
        import sqlite3

        self._lock = threading.RLock()
        if not path.exists():
            _make(path, schema, layout)
        try:
            _require_content(path)
            self._connection = _opened(path)
            self._require_layout(layout)
        except sqlite3.DatabaseError as error:
            if "full" in str(error):
                raise
            if "locked" in str(error):
                raise FileUnusable(f"{path} is held by another process; end that first") from error
            raise unusable(path, str(error)) from error
        except _Damaged as error:
            raise unusable(path, str(error)) from error

    def _require_layout(self, layout: int) -> None:
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found == layout:
            return
        self._connection.close()
        raise _Damaged(
            f"it has layout {found}, this version reads {layout}"
            if found
            else "its tables are gone, as a copy without what is beside it leaves it"
        )

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


def _make(path: Path, schema: str, layout: int) -> None:
    """Under its name there is the whole of it or nothing, so that an empty file is a damaged one.

    Raises OSError and sqlite3.Error.
    """
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    # Rows hold what was sent: nobody else on this machine is to read them.
    new.touch(mode=0o600)
    with closing(sqlite3.connect(new)) as connection:
        connection.executescript(f"BEGIN; {schema}; PRAGMA user_version = {layout:d}; COMMIT")
    new.replace(path)


def _require_content(path: Path) -> None:
    """SQLite takes an empty file for a new one. Raises _Damaged."""
    if path.stat().st_size == 0:
        raise _Damaged("it is empty, as a full disk or a copy that broke off leaves it")


def _opened(path: Path) -> "sqlite3.Connection":
    import sqlite3

    connection = sqlite3.connect(
        path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
