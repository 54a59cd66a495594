"""Cuts UTF-8 text into whole records and knows the true line number of each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from etl.source.block import (
    MAX_RECORD_BYTES,
    Block,
    Cut,
    Positions,
    blanks,
    is_plain,
    too_long,
    unterminated,
)
from etl.source.irregular import cut_irregular, is_irregular
from etl.source.quotes import refuse_backslashes

_LF, _CR, _QUOTE = b'\n\r"'


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole records of a file, `data[:end]`, the first of which begins on line `line`.

    They are told apart later, by whichever worker takes the piece, unless quotes demanded it.
    """

    data: bytes
    end: int
    line: int
    delimiter: str
    cut: Cut | None = None

    @property
    def is_plain(self) -> bool:
        """Whether no quote is in it and each line ends in LF or CRLF."""
        return self.cut is None

    @property
    def text(self) -> memoryview:
        return memoryview(self.data)[: self.end]

    def block(self) -> Block | None:
        """The records, None if there is nothing but blank lines."""
        cut = self.cut or _cut(self.data, self.delimiter, self.line, final=False)
        return cut.block


def pieces(chunks: Iterator[bytes], cutter: "Cutter") -> Iterator[Piece]:
    """Yield every record of the text in the order of the file.

    Raises Refused (`unterminated_quote`, `record_too_long`, `escaped_quote` if that may be meant).
    """
    for chunk in chunks:
        piece = cutter.cut(chunk)
        if piece.end:
            yield piece
    last = cutter.last()
    if last is not None:
        yield last


class Cutter:
    """Takes a text in chunks and gives it back in whole records; `line` is that of the next."""

    def __init__(self, delimiter: str, line: int, *, may_escape: bool) -> None:
        self._delimiter = delimiter
        self._may_escape = may_escape
        self._carry = b""
        self.line = line

    @property
    def is_between_records(self) -> bool:
        """Whether what was taken so far ends with a record."""
        return not self._carry

    def cut(self, chunk: bytes) -> Piece:
        """The records that end in the chunk; there may be none."""
        data = self._carry + chunk if self._carry else chunk
        piece, lines = _whole(data, self._delimiter, self.line, may_escape=self._may_escape)
        self._carry, self.line = data[piece.end :], self.line + lines
        _check_length(self._carry, self._delimiter, self.line)
        return piece

    def last(self) -> Piece | None:
        """The record at the end of the text that no line end closes."""
        data, delimiter, line = self._carry, self._delimiter, self.line
        if not data:
            return None
        _check(data, delimiter, line, may_escape=self._may_escape, final=True)
        return Piece(data, len(data), line, delimiter, _cut(data, delimiter, line, final=True))


def _whole(data: bytes, delimiter: str, line: int, *, may_escape: bool) -> tuple[Piece, int]:
    """The whole records of a buffer, and how many lines they take."""
    if is_plain(data):
        end = data.rfind(b"\n") + 1
        lines = int(np.count_nonzero(np.frombuffer(data, np.uint8) == _LF))
        return Piece(data, end, line, delimiter), lines
    _check(data, delimiter, line, may_escape=may_escape, final=False)
    cut = _cut(data, delimiter, line, final=False)
    return Piece(data, cut.end, line, delimiter, cut), cut.lines


def _check(data: bytes, delimiter: str, line: int, *, may_escape: bool, final: bool) -> None:
    if may_escape and b'"' in data:
        refuse_backslashes(data, delimiter, line, final=final)


def _check_length(carry: bytes, delimiter: str, line: int) -> None:
    if len(carry) > MAX_RECORD_BYTES:
        _cut(carry, delimiter, line, final=True)  # knows whether a quote is to blame
        raise too_long(line)


def _cut(data: bytes, delimiter: str, line: int, *, final: bool) -> Cut:
    quotes = _quotes(data)
    if is_irregular(data, quotes, delimiter):
        return cut_irregular(data, delimiter, line, final=final)
    newlines = _newlines(data, final=final)
    closing = newlines
    if len(quotes):
        closing = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    end = int(closing[-1]) + 1 if len(closing) else 0
    if final and end < len(data):
        if len(quotes) % 2:
            opened = line + int(np.searchsorted(newlines, quotes[-1]))
            raise unterminated(opened, len(data) - end)
        closing, end = np.append(closing, len(data) - 1), len(data)
    starts, ends = _filled(data, closing, delimiter)
    if not len(starts):
        return Cut(None, end, int(np.searchsorted(newlines, end)))
    # Mostly every line is a record.
    whole = len(starts) == len(newlines)
    before = np.arange(len(starts)) if whole else np.searchsorted(newlines, starts)
    block = Block(data, starts, ends, line + before, _without_gaps(data, starts, ends))
    return Cut(block, end, int(np.searchsorted(newlines, end)))


def _quotes(data: bytes) -> Positions:
    if b'"' not in data:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.frombuffer(data, np.uint8) == _QUOTE)


def _newlines(data: bytes, *, final: bool) -> Positions:
    """Offsets of the last byte of every line end: LF, CRLF or a lone CR."""
    octets = np.frombuffer(data, np.uint8)
    if b"\r" not in data:
        return np.flatnonzero(octets == _LF)
    following = np.append(octets[1:], _CR if final else _LF)
    # A CR that ends an unfinished buffer may be half of a CRLF: it waits for the next chunk.
    return np.flatnonzero((octets == _LF) | ((octets == _CR) & (following != _LF)))


def _filled(data: bytes, closing: Positions, delimiter: str) -> tuple[Positions, Positions]:
    """Starts and ends of the records that end at `closing`, without the blank ones."""
    ends = closing + 1
    starts = np.concatenate(([0], ends))[:-1]
    octets = np.frombuffer(data, np.uint8)
    blank = np.zeros(256, bool)
    blank[list(blanks(delimiter))] = True
    if not blank[octets[starts]].any():
        return starts, ends
    marks = np.cumsum(~blank[octets], dtype=np.int32)[closing]
    filled = np.flatnonzero(np.diff(marks, prepend=0))
    return starts[filled], ends[filled]


def _without_gaps(data: bytes, starts: Positions, ends: Positions) -> memoryview:
    """The records alone, without the blank lines in between."""
    gaps = np.flatnonzero(starts[1:] != ends[:-1])
    if not len(gaps):
        return memoryview(data)[starts[0] : ends[-1]]
    begin = np.append(starts[0], starts[gaps + 1]).tolist()
    end = np.append(ends[gaps], ends[-1]).tolist()
    return memoryview(b"".join(data[i:j] for i, j in zip(begin, end, strict=True)))
