"""Cuts UTF-8 text into whole records and knows the true line number of each."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl.errors import Refused

MAX_RECORD_BYTES = 16 << 20
_LF, _CR, _QUOTE = 10, 13, 34

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of a file; record i is `data[starts[i]:ends[i]]`, on line `lines[i]`.

    `data` may go on after the last record. `regular` is what a strict CSV parser reads the same
    records from: a view of `data`, or a rewritten copy if the quoting of `data` follows no rule.
    """

    data: bytes
    starts: Positions
    ends: Positions
    lines: Positions
    regular: memoryview

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, record: int) -> str:
        """The record as it stands in the file, without its line end."""
        return self.data[self.starts[record] : self.ends[record]].decode().rstrip("\r\n")


def blocks(chunks: Iterator[bytes], delimiter: str, *, first_line: int = 1) -> Iterator[Block]:
    """Yield every record of the text; blank lines are no records.

    Raises Refused (`unterminated_quote`).
    """
    carry, line = b"", first_line
    for chunk in chunks:
        data = carry + chunk if carry else chunk
        end, block, newlines = _cut(data, delimiter, line, final=False)
        carry, line = data[end:], line + newlines
        if len(carry) > MAX_RECORD_BYTES:
            raise _unterminated(line)
        if block is not None and len(block):
            yield block
    if carry:
        _, block, _ = _cut(carry, delimiter, line, final=True)
        if block is not None and len(block):
            yield block


def record_texts(chunks: Iterator[bytes], delimiter: str) -> Iterator[memoryview]:
    """Yield the same records as whole regular text, cheaper because nobody asks for lines.

    Raises Refused (`unterminated_quote`) with a line that is not the true one.
    """
    carry = b""
    for chunk in chunks:
        data = carry + chunk if carry else chunk
        if b'"' in data or b"\r" in data:
            end, block, _ = _cut(data, delimiter, 1, final=False)
            text = memoryview(b"") if block is None else block.regular
        else:
            end = data.rfind(b"\n") + 1
            text = memoryview(data)[:end]
        carry = data[end:]
        if len(carry) > MAX_RECORD_BYTES:
            raise _unterminated(1)
        if text:
            yield text
    if carry:
        _, block, _ = _cut(carry, delimiter, 1, final=True)
        if block is not None and len(block):
            yield block.regular


def _cut(data: bytes, delimiter: str, line: int, *, final: bool) -> tuple[int, Block | None, int]:
    """The offset after the last whole record of `data`, those records, the lines they fill."""
    quotes = _quotes(data)
    if _irregular(data, quotes, delimiter):
        return _cut_irregular(data, delimiter, line, final=final)
    newlines = _newlines(data, final=final)
    closing = newlines
    if len(quotes):
        closing = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    end = int(closing[-1]) + 1 if len(closing) else 0
    if final and end < len(data):
        if len(quotes) % 2:
            raise _unterminated(line + int(np.searchsorted(newlines, quotes[-1])))
        closing, end = np.append(closing, len(data) - 1), len(data)
    if not len(closing):
        return 0, None, 0
    starts = np.concatenate(([0], closing[:-1] + 1))
    if len(quotes):
        before, used = np.searchsorted(newlines, starts), int(np.searchsorted(newlines, end))
    else:
        before, used = np.arange(len(starts)), len(newlines)
    block = _without_blank_lines(data, starts, closing + 1, line + before, delimiter)
    return end, block, used


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


def _irregular(data: bytes, quotes: Positions, delimiter: str) -> bool:
    """Whether some quote neither opens nor closes a field nor is doubled inside one."""
    if not len(quotes):
        return False
    octets = np.frombuffer(data, np.uint8)
    edges = np.zeros(256, bool)
    edges[[ord(delimiter), _LF, _CR]] = True
    adjacent = np.diff(quotes) == 1
    opening, closing = quotes[0::2], quotes[1::2]
    opens = edges[octets[opening - 1]] | (opening == 0)
    opens[1:] |= adjacent[1::2][: len(opens) - 1]
    last = len(data) - 1
    closes = edges[octets[np.minimum(closing + 1, last)]] | (closing == last)
    doubled = adjacent[1::2]
    closes[: len(doubled)] |= doubled
    return not (opens.all() and closes.all())


def _cut_irregular(
    data: bytes, delimiter: str, line: int, *, final: bool
) -> tuple[int, Block | None, int]:
    """The same by the standard library's reader, one record at a time."""
    reader = _RecordReader(data, delimiter)
    starts, ends, lines = [], [], []
    rows = io.StringIO()
    writer = csv.writer(rows, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for start, end, lines_before, fields in reader.records(final=final):
        if end is None:
            if final:
                raise _unterminated(line + lines_before)
            break
        if not _is_blank(data[start:end], delimiter):
            starts.append(start)
            ends.append(end)
            lines.append(line + lines_before)
            writer.writerow(fields)
    block = Block(
        data=data,
        starts=np.array(starts, np.int64),
        ends=np.array(ends, np.int64),
        lines=np.array(lines, np.int64),
        regular=memoryview(rows.getvalue().encode()),
    )
    return reader.consumed, block, reader.lines_consumed


class _RecordReader:
    def __init__(self, data: bytes, delimiter: str) -> None:
        csv.field_size_limit(MAX_RECORD_BYTES + 1)
        self._text = io.StringIO(data.decode(), newline="")
        self._reader = csv.reader(self._lines(), delimiter=delimiter)
        self._offset = 0
        self._count = 0
        self._exhausted = False
        self._held = False
        self.consumed = 0
        self.lines_consumed = 0

    def records(self, *, final: bool) -> Iterator[tuple[int, int | None, int, list[str]]]:
        """Yield start, end (None: cut off by the end of the data), lines before, fields."""
        for fields in self._reader:
            start, before = self.consumed, self.lines_consumed
            cut_off = self._exhausted or (not final and self._held)
            if cut_off:
                yield start, None, before, fields
                return
            self.consumed, self.lines_consumed = self._offset, self._count
            yield start, self._offset, before, fields

    def _lines(self) -> Iterator[str]:
        for text in self._text:
            self._offset += len(text.encode())
            self._count += 1
            # Without LF the line may go on in the next chunk.
            self._held = not text.endswith("\n") and self._at_end()
            yield text
        self._exhausted = True

    def _at_end(self) -> bool:
        here = self._text.tell()
        more = self._text.read(1)
        self._text.seek(here)
        return not more


def _without_blank_lines(
    data: bytes, starts: Positions, ends: Positions, lines: Positions, delimiter: str
) -> Block:
    octets = np.frombuffer(data, np.uint8)
    blank_byte = np.zeros(256, bool)
    blank_byte[[9, 32, _LF, _CR]] = True
    blank_byte[ord(delimiter)] = False
    suspects = np.flatnonzero(blank_byte[octets[starts]] & blank_byte[octets[ends - 1]])
    blank = [i for i in suspects if _is_blank(data[starts[i] : ends[i]], delimiter)]
    if not blank:
        return Block(data, starts, ends, lines, memoryview(data)[: ends[-1]])
    kept = np.ones(len(starts), bool)
    kept[blank] = False
    starts, ends, lines = starts[kept], ends[kept], lines[kept]
    regular = b"".join(data[s:e] for s, e in zip(starts, ends, strict=True))
    return Block(data, starts, ends, lines, memoryview(regular))


def _is_blank(record: bytes, delimiter: str) -> bool:
    blanks = b" \t\r\n".replace(delimiter.encode(), b"")
    return not record.strip(blanks)


def _unterminated(line: int) -> Refused:
    return Refused(
        "unterminated_quote",
        f"The quote opened on line {line} is never closed; the rest of the file is inside it.",
        line=line,
    )
