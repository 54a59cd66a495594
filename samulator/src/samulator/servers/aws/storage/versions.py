"""Versions of objects on disk: what a request left of one key, written and read."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from samulator.servers.aws.s3.contents import Contents
from samulator.servers.aws.s3.objects import StoredObject
from samulator.servers.aws.s3.versions import Marker, put_versions, versions_of
from samulator.servers.aws.storage.records import (
    Place,
    marker_text,
    object_text,
    read_marker,
    read_object,
)

_COLUMNS = "id, is_marker, file, size, record"
# Row, whether it is a marker, file, size and record.
Row = tuple[int, bool, str | None, int, str]
_Kept = StoredObject | Marker


@dataclass(frozen=True)
class KeptVersions:
    """`contents` has the bytes. What moto wrote itself, logs of requests, is not kept."""

    contents: Contents

    def write(
        self, connection: sqlite3.Connection, place: Place, version_id: str | None
    ) -> Iterator[str | None]:
        """Writes what is new, and anew what `version_id` names; the current version by None.

        Yields the files that nothing refers to any more. Raises OSError and sqlite3.Error.
        """
        versions = versions_of(place.bucket, place.key)
        here = [version for version in versions if isinstance(version, _Kept)]
        rows = {version.row for version in here}
        query = "SELECT id, file FROM version WHERE bucket = ? AND key = ?"
        for row, file in connection.execute(query, (place.bucket.name, place.key)).fetchall():
            if row not in rows:
                connection.execute("DELETE FROM version WHERE id = ?", (row,))
                yield file
        for version in here:
            if version.row is None:
                version.row = self._insert(connection, place, version)
            elif version_id == version.version_id or (not version_id and version is here[-1]):
                text = self._text(place, version)
                connection.execute(
                    "UPDATE version SET record = ? WHERE id = ?", (text, version.row)
                )

    def read(self, connection: sqlite3.Connection, place: Place) -> None:
        """Has the key's versions be again what is on disk."""
        query = f"SELECT {_COLUMNS} FROM version WHERE bucket = ? AND key = ? ORDER BY id"  # noqa: S608 # nosec B608 - a constant
        rows = connection.execute(query, (place.bucket.name, place.key)).fetchall()
        found = (self.version(row, place) for row in rows)
        versions = [version for version in found if version is not None]
        put_versions(place.bucket, place.key, [*versions])

    def version(self, row: Row, place: Place) -> _Kept | None:
        """None where its bytes are not all there."""
        number, is_marker, file, size, record = row
        version: _Kept
        if is_marker:
            version = read_marker(record, place.key)
        else:
            content = self.contents.open(file, size)
            if content is None:
                return None
            version = read_object(record, place, content)
        version.row = number
        return version

    def _insert(self, connection: sqlite3.Connection, place: Place, version: _Kept) -> int | None:
        is_marker = isinstance(version, Marker)
        file = None if isinstance(version, Marker) else self.contents.keep(version.content)
        size = 0 if isinstance(version, Marker) else version.size
        return connection.execute(
            "INSERT INTO version (bucket, key, is_marker, file, size, record) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (place.bucket.name, place.key, is_marker, file, size, self._text(place, version)),
        ).lastrowid

    def _text(self, place: Place, version: _Kept) -> str:
        if isinstance(version, Marker):
            return marker_text(version)
        return object_text(version, place.backend.get_object_tagging(version)["Tags"])
