"""The bytes of a file as they are stored: what they are packed in, and where its lines end."""

import re
from typing import BinaryIO, Literal, Protocol

from etl.source.block import MAX_RECORD_BYTES

GZIP_MAGIC = b"\x1f\x8b"

_NEAR_END = 1 << 16
_LINE_END = re.compile(rb"\r\n|\r|\n")


class _Status(Protocol):
    @property
    def st_size(self) -> int: ...


class StoredFile(Protocol):
    """Where a file's bytes are: a `pathlib.Path`, or what reads an object of a store like one."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO: ...

    def stat(self) -> _Status: ...


def is_zipped(path: StoredFile) -> bool:
    with path.open("rb") as file:
        return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC


def next_line(path: StoredFile, at: int) -> int:
    """The first place from `at` on that is behind a LF; the end of the file if there is none.

    Only so far as a record may be long; then the end of the file, too.
    """
    with path.open("rb") as file:
        file.seek(max(at - 1, 0))
        if file.readline(MAX_RECORD_BYTES).endswith(b"\n"):
            return file.tell()
    return path.stat().st_size


def last_lines(path: StoredFile) -> tuple[list[bytes], bytes]:
    """The last lines that end in a line end, and what follows them; of what is within 64 KiB.

    Nothing follows in a file whose last line ends. The first line may lack its beginning.
    """
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _NEAR_END, 0))
        *lines, last = _LINE_END.split(file.read())
    return lines, last


def behind_lines(path: StoredFile, count: int, most_bytes: int) -> int:
    """The place behind so many line ends (LF, CRLF or CR); the end of the file if it has fewer."""
    with path.open("rb") as file:
        head = file.read(most_bytes)
    ends = [0, *(match.end() for match in _LINE_END.finditer(head))]
    return ends[count] if count < len(ends) else path.stat().st_size


def keeps_line_ends(codec: str) -> bool:
    """Whether the LFs of a text are bytes of their own, and no other bytes look like one.

    >>> keeps_line_ends("utf-8"), keeps_line_ends("cp1252"), keeps_line_ends("utf-16")
    (True, True, False)
    """
    if codec in ("utf-8", "utf-8-sig"):
        return True
    octets = bytes(range(256))
    try:
        return octets[:128].decode(codec) == octets[:128].decode("ascii") and (
            len(octets.decode(codec, "replace")) == len(octets)
        )
    except UnicodeError:
        return False
