"""Multipart uploads under way on disk, with their parts."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from moto.s3.models import FakeBucket, S3Backend

from samulator.servers.aws.s3.contents import Contents
from samulator.servers.aws.s3.objects import StoredObject, Upload
from samulator.servers.aws.storage.records import (
    Place,
    object_text,
    read_object,
    read_upload,
    upload_text,
)


@dataclass(frozen=True)
class KeptUploads:
    """`contents` has the bytes of parts."""

    contents: Contents

    def write(self, connection: sqlite3.Connection, bucket: FakeBucket) -> Iterator[str | None]:
        """Writes what is new, yields the files of what is gone; raises as KeptVersions.write."""
        query = "SELECT id FROM upload WHERE bucket = ?"
        known = {row[0] for row in connection.execute(query, (bucket.name,))}
        for gone in known - bucket.multiparts.keys():
            files = connection.execute("SELECT file FROM part WHERE upload = ?", (gone,))
            yield from (row[0] for row in files.fetchall())
            connection.execute("DELETE FROM upload WHERE id = ?", (gone,))
        for upload_id, upload in bucket.multiparts.items():
            if isinstance(upload, Upload):
                if upload_id not in known:
                    values = (upload_id, bucket.name, upload.key_name, upload_text(upload))
                    connection.execute("INSERT INTO upload VALUES (?, ?, ?, ?)", values)
                yield from self._write_parts(connection, upload)

    def read(self, connection: sqlite3.Connection, backend: S3Backend, bucket: FakeBucket) -> None:
        """Has the bucket's uploads be again what is on disk."""
        dict.clear(bucket.multiparts)
        query = "SELECT id, key, record FROM upload WHERE bucket = ?"
        for upload_id, key, record in connection.execute(query, (bucket.name,)).fetchall():
            place = Place(backend, bucket, key)
            upload = read_upload(record, upload_id, place)
            self._read_parts(connection, upload, place)
            bucket.multiparts[upload_id] = upload

    def _write_parts(self, connection: sqlite3.Connection, upload: Upload) -> Iterator[str | None]:
        for number, part in upload.parts.items():
            if not isinstance(part, StoredObject) or part.row is not None:
                continue
            before = "SELECT file FROM part WHERE upload = ? AND number = ?"
            yield from (row[0] for row in connection.execute(before, (upload.id, number)))
            file = self.contents.keep(part.content)
            part.row = connection.execute(
                "INSERT OR REPLACE INTO part (upload, number, file, size, record) "
                "VALUES (?, ?, ?, ?, ?)",
                (upload.id, number, file, part.size, object_text(part, [])),
            ).lastrowid

    def _read_parts(self, connection: sqlite3.Connection, upload: Upload, place: Place) -> None:
        query = "SELECT number, id, file, size, record FROM part WHERE upload = ?"
        for number, row, file, size, record in connection.execute(query, (upload.id,)).fetchall():
            content = self.contents.open(file, size)
            if content is not None:
                part = read_object(record, Place(place.backend, place.bucket, str(number)), content)
                part.row = row
                upload.add_part(number, part)
