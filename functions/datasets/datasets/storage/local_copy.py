"""A copy of a dataset's file on the function's own disk, for readers that want a file."""

import errno
import os
import tempfile
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from datasets.deadline import Deadline
from datasets.errors import StorageUnavailable, TooMuchWork
from datasets.storage.bucket import Bucket, StoredObject
from datasets.storage.report import ReadableFile

_PART = 8 * 1024 * 1024
_READERS = 8
_SECONDS = 8


class LocalCopy:
    """Keeps the version that was asked for last: the next query is often of the same.

    The files have no name, so that nothing is left of them however the process ends.
    """

    def __init__(self, bucket: Bucket, *, most_bytes: int) -> None:
        self._bucket = bucket
        self._most_bytes = most_bytes
        self._held: ReadableFile | None = None
        self._files: list[IO[bytes]] = []
        weakref.finalize(self, _close, self._files)

    def descriptors(self, file: ReadableFile) -> list[int]:
        """One open file for each object, in their order.

        Raises TooMuchWork for a file over the bound of bytes or that takes over 8 s to fetch,
        DatasetChanged, and StorageUnavailable, also where the disk is full.
        """
        size = sum(stored.size for stored in file.objects)
        if size > self._most_bytes:
            most = f"{self._most_bytes / 1_000_000:g} MB"
            raise TooMuchWork(
                f"The dataset's Parquet has {size:,} bytes; queries read up to {most}."
            )
        if self._held != file:
            self._held = None
            _close(self._files)
            self._fetch(file.objects, Deadline(_SECONDS))
            self._held = file
        return [one.fileno() for one in self._files]

    def _fetch(self, objects: tuple[StoredObject, ...], deadline: Deadline) -> None:
        try:
            for stored in objects:
                file = tempfile.TemporaryFile()  # noqa: SIM115 - open until the next version
                self._files.append(file)
                self._copy(stored, file.fileno(), deadline)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StorageUnavailable("There is no room for a copy of the dataset.") from error

    def _copy(self, stored: StoredObject, target: int, deadline: Deadline) -> None:
        def one(start: int) -> None:
            if deadline.is_over:
                raise TooMuchWork(f"To fetch the dataset took longer than {deadline.seconds:g} s.")
            part = self._bucket.read(stored, start, _PART)
            written = 0
            while written < len(part):
                written += os.pwrite(target, part[written:], start + written)

        with ThreadPoolExecutor(_READERS) as readers:
            for _ in readers.map(one, range(0, stored.size, _PART)):
                pass


def _close(files: list[IO[bytes]]) -> None:
    while files:
        files.pop().close()
