"""What changes have to tell and was not taken yet, on disk."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from samulator.servers.aws.bucket_notifications import Notice
from samulator.sqlite_file import SqliteFile


@dataclass(frozen=True)
class KeptNotices:
    """Written with the change that they tell of, removed when they were taken."""

    index: SqliteFile

    def write(self, connection: sqlite3.Connection, notices: Iterable[Notice]) -> list[Notice]:
        """The notices with their numbers here."""
        return [
            replace(
                notice,
                number=connection.execute(
                    "INSERT INTO notice (target, title, sort, body) VALUES (?, ?, ?, ?)",
                    (notice.target, notice.title, notice.order, notice.text),
                ).lastrowid,
            )
            for notice in notices
        ]

    def read(self) -> list[Notice]:
        """In the order of the changes."""
        query = "SELECT target, body, title, sort, id FROM notice ORDER BY id"
        return [Notice(*row) for row in self.index.rows(query)]

    def forget(self, notice: Notice) -> None:
        """Raises sqlite3.Error."""
        self.index.run("DELETE FROM notice WHERE id = ?", notice.number)
