"""Event invokes on disk from their acceptance to their end, so that no killed stack loses one."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.invocation import NotInvoked, Trigger
from samulator.sqlite_file import SqliteFile

_LAYOUT = 1
_SCHEMA = """
CREATE TABLE event (
    place INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, arn TEXT NOT NULL,
    source TEXT NOT NULL, payload BLOB NOT NULL
)
"""


class NotKept(NotInvoked):
    """The disk does not take the event, so that it is not accepted."""


@dataclass(frozen=True)
class KeptEvent:
    """One event that was accepted; `arn` has the qualifier."""

    request_id: str
    arn: str
    trigger: Trigger
    payload: bytes


class KeptEvents:
    """One file; raises FileUnusable and OSError where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, layout=_LAYOUT)

    def add(self, event: KeptEvent) -> None:
        """Raises NotKept."""
        try:
            self._file.run(
                "INSERT INTO event (request_id, arn, source, payload) VALUES (?, ?, ?, ?)",
                *(event.request_id, event.arn, event.trigger.name, event.payload),
            )
        except sqlite3.Error as error:
            raise NotKept(f"the event cannot be kept: {error}") from error

    def remove(self, request_id: str) -> None:
        """Raises sqlite3.Error; the event runs again at the next start then."""
        self._file.run("DELETE FROM event WHERE request_id = ?", request_id)

    def left(self) -> list[KeptEvent]:
        """Those that did not end, in the order of their acceptance."""
        query = "SELECT request_id, arn, source, payload FROM event ORDER BY place"
        return [
            KeptEvent(request_id, arn, Trigger[source], payload)
            for request_id, arn, source, payload in self._file.rows(query)
        ]

    def close(self) -> None:
        self._file.close()
