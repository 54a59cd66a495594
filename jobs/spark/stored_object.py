"""One version of an object of S3, read as a file on disk is: from wherever a reader looks."""

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, Literal

from etl.report.model import SourceVersion
from etl.s3.client import s3_client
from etl.s3.landing import Landing

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from mypy_boto3_s3 import S3Client

# A look at one line asks for little; who reads on is given more at a time.
_FIRST_WINDOW = 64 << 10
_LARGEST_WINDOW = 8 << 20


@cache
def client(endpoint_url: str) -> "S3Client":
    """One for all tasks of a process."""
    return s3_client(endpoint_url)


@dataclass(frozen=True, slots=True)
class Size:
    st_size: int


@dataclass(frozen=True, slots=True)
class StoredObject:
    """Opens this version and no other; reading raises Gone once it is overwritten or deleted."""

    version: SourceVersion
    endpoint_url: str = ""

    def open(self, _mode: Literal["rb"] = "rb", /) -> BinaryIO:
        """From the beginning; nothing is asked for until something is read."""
        return io.BufferedReader(_Windows(self.version, Landing(client(self.endpoint_url))))

    def stat(self) -> Size:
        return Size(self.version.bytes)


class _Windows(io.RawIOBase):
    """The object through ranges of it, each twice as long as the one that it follows."""

    def __init__(self, version: SourceVersion, bucket: Landing) -> None:
        self._version = version
        self._bucket = bucket
        self._at = 0
        self._begin = 0
        self._window = b""
        self._next_size = _FIRST_WINDOW

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._version.bytes}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self._version.bytes or not len(view):
            return 0
        if not self._begin <= self._at < self._end:
            self._fetch()
        found = self._window[self._at - self._begin :][: len(view)]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    @property
    def _end(self) -> int:
        return self._begin + len(self._window)

    def _fetch(self) -> None:
        goes_on = bool(self._window) and self._at == self._end
        size = min(2 * self._next_size, _LARGEST_WINDOW) if goes_on else _FIRST_WINDOW
        end = min(self._at + size, self._version.bytes)
        self._window = self._bucket.read_range(self._version, self._at, end)
        self._begin, self._next_size = self._at, size
