"""Whole records of a file, as they stand in it, and how long one may be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl.errors import Refused

MAX_RECORD_BYTES = 16 << 20

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of a file; record i is `data[starts[i]:ends[i]]`, on line `lines[i]`.

    `data` may go on after the last record, and blank lines stand between some. `regular` is what a
    strict CSV parser reads the same records from, and nothing else: a view of `data`, or a
    rewritten copy.
    """

    data: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    regular: memoryview

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `begin` to `end` of a file: whole records, the first of which begins on `line`."""

    begin: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The records of a buffer, the offset after the last whole one, the lines up to there."""

    block: Block | None
    end: int
    lines: int


def is_plain(data: bytes) -> bool:
    """Whether no quote is in it and each line ends in LF or CRLF."""
    if b'"' in data:
        return False
    return b"\r" not in data or data.count(b"\r") == data.count(b"\r\n")


def blanks(delimiter: str) -> bytes:
    """The bytes that a blank line may consist of."""
    return b" \t\r\n".replace(delimiter.encode(), b"")


def unterminated(line: int, size: int) -> Refused:
    """For a quote that is still open after `size` bytes."""
    found = "never closed; the rest of the file is inside it"
    if size > MAX_RECORD_BYTES:
        found = f"not closed within {MAX_RECORD_BYTES >> 20} MiB"
    return Refused("unterminated_quote", f"The quote opened on line {line} is {found}.", line=line)


def too_long(line: int) -> Refused:
    limit = f"{MAX_RECORD_BYTES >> 20} MiB"
    return Refused("record_too_long", f"Line {line} is longer than {limit}.", line=line)
