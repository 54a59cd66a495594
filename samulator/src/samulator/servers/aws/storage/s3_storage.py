"""S3 on disk: each write before it is answered, all of it again at the next start."""

import gc
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from moto.s3 import notifications as moto_notifications
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from samulator.servers.aws.bucket_notifications import BucketNotifications
from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.notifications import ObjectChange
from samulator.servers.aws.s3.contents import Contents
from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.request import S3Request
from samulator.servers.aws.s3.versions import put_versions, versions_of
from samulator.servers.aws.storage.buckets import read_buckets, write_bucket
from samulator.servers.aws.storage.index import open_index
from samulator.servers.aws.storage.notices import KeptNotices
from samulator.servers.aws.storage.records import Place
from samulator.servers.aws.storage.uploads import KeptUploads
from samulator.servers.aws.storage.versions import KeptVersions

_logger = logging.getLogger(__name__)


class S3Storage:
    """One folder. It keeps nothing until `restore` was called: the template's buckets are made."""

    def __init__(self, folder: Path, notifications: BucketNotifications) -> None:
        """Raises FileUnusable and OSError."""
        self._notifications = notifications
        self._index = open_index(folder)
        self._contents = Contents(folder / "objects")
        self._versions = KeptVersions(self._contents)
        self._uploads = KeptUploads(self._contents)
        self._notices = KeptNotices(self._index)
        self._is_restored = False
        self._test_once()

    @property
    def _backend(self) -> S3Backend:
        backend: S3Backend = s3_backends[ACCOUNT_ID]["aws"]
        return backend

    def record(self, request: S3Request, status: int, changes: Sequence[ObjectChange]) -> None:
        """Keeps what a request did, then tells of it.

        Raises S3Error, with all as it was before, where it cannot be kept.
        """
        notices = [each for change in changes for each in self._notifications.notices(change)]
        if self._is_restored and (changes or status < HTTPStatus.BAD_REQUEST):
            try:
                with self._index.transaction() as connection:
                    gone = [*self._write(connection, request, changes)]
                    notices = self._notices.write(connection, notices)
            except (OSError, sqlite3.Error) as error:
                self._undo(request, changes)
                raise _not_kept(request, error) from error
            for file in gone:
                self._contents.drop(file)
        for notice in notices:
            self._notifications.send(notice, self._notices.forget)

    def restore(self) -> None:
        """Adds what was kept to what the template made; raises sqlite3.Error."""
        with self._index.transaction() as connection:
            read_buckets(connection, self._backend, _logger.error)
            with _many_objects():
                self._read_versions(connection)
            for bucket in self._backend.buckets.values():
                self._uploads.read(connection, self._backend, bucket)
            files = connection.execute("SELECT file FROM version UNION SELECT file FROM part")
            self._contents.sweep({row[0] for row in files})
        self._is_restored = True

    def send_what_is_left(self) -> None:
        """Tells again what was not taken when the process before this one ended."""
        for notice in self._notices.read():
            self._notifications.send(notice, self._notices.forget)

    def _test_once(self) -> None:
        """Has a bucket that was there before send its targets no test event at each start."""
        send = moto_notifications.send_test_event
        names = {row[0] for row in self._index.rows("SELECT name FROM bucket")}

        def send_test_event(account_id: str, bucket: FakeBucket) -> None:
            if self._is_restored or bucket.name not in names:
                send(account_id, bucket)

        moto_notifications.send_test_event = send_test_event

    def _write(
        self,
        connection: sqlite3.Connection,
        request: S3Request,
        changes: Sequence[ObjectChange],
    ) -> Iterator[str | None]:
        if not request.key and "delete" not in request.query:
            write_bucket(connection, request, self._backend)
            return
        for place in self._places(request, changes):
            yield from self._versions.write(connection, place, request.query.get("versionId"))
        if {"uploads", "uploadId"} & request.query.keys():
            yield from self._uploads.write(connection, self._backend.get_bucket(request.bucket))

    def _places(self, request: S3Request, changes: Sequence[ObjectChange]) -> Iterator[Place]:
        keys = dict.fromkeys([request.key, *(change.key for change in changes)])
        bucket = self._backend.buckets.get(request.bucket)
        if bucket is not None:
            yield from (Place(self._backend, bucket, key) for key in keys if key)

    def _undo(self, request: S3Request, changes: Sequence[ObjectChange]) -> None:
        """What is on disk is the truth."""
        for place in self._places(request, changes):
            for version in versions_of(place.bucket, place.key):
                content = getattr(version, "content", None)
                if content is not None and not self._index.rows(
                    "SELECT 1 FROM version WHERE file = ?", content.file
                ):
                    self._contents.drop(content.file)
            with self._index.transaction() as connection:
                self._versions.read(connection, place)
                self._uploads.read(connection, self._backend, place.bucket)

    def _read_versions(self, connection: sqlite3.Connection) -> None:
        query = "SELECT bucket, key, id, is_marker, file, size, record FROM version ORDER BY id"
        lost, backend = [], self._backend
        for bucket_name, key, *row in connection.execute(query):
            bucket = backend.buckets[bucket_name]
            place = Place(backend, bucket, key)
            version = self._versions.version(tuple(row), place)
            if version is None:
                _logger.error(
                    "s3://%s/%s: its bytes are not on the disk any more", bucket_name, key
                )
                lost.append((row[0],))
            else:
                put_versions(bucket, key, [*versions_of(bucket, key), version])
        connection.executemany("DELETE FROM version WHERE id = ?", lost)


@contextmanager
def _many_objects() -> Iterator[None]:
    """Python would look through all of them again and again for what could be thrown away."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _not_kept(request: S3Request, error: Exception) -> S3Error:
    _logger.error("%s %s is refused: %s", request.method, request.path, error)
    return S3Error("InternalError", f"What was sent cannot be kept: {error}", 500)
