"""Records whose quotes follow no rule (`5" pipe`), by the standard library's reader."""

import csv
import io
import sys
from collections.abc import Iterator

import numpy as np

from etl.source.block import Block, Cut, Positions, blanks, unterminated
from etl.source.quotes import has_blanks_before_quote, without_blanks

_LF, _CR = 10, 13


def is_irregular(data: bytes, quotes: Positions, delimiter: str) -> bool:
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


def cut_irregular(data: bytes, delimiter: str, line: int, *, final: bool) -> Cut:
    """Cut one record at a time; each is rewritten with every field quoted."""
    reader = _RecordReader(data, delimiter)
    starts, ends, lines = [], [], []
    rows = io.StringIO()
    writer = csv.writer(rows, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    blank = blanks(delimiter)
    for start, end, lines_before, fields in reader.records(final=final):
        if end is None:
            if final:
                raise unterminated(line + lines_before, len(data) - start)
            break
        if data[start:end].strip(blank):
            starts.append(start)
            ends.append(end)
            lines.append(line + lines_before)
            writer.writerow(_as_meant(fields, data[start:end], delimiter))
    block = Block(
        data=data,
        starts=np.array(starts, np.int64),
        ends=np.array(ends, np.int64),
        lines=np.array(lines, np.int64),
        regular=memoryview(rows.getvalue().encode()),
    )
    return Cut(block if starts else None, reader.consumed, reader.lines_consumed)


def _as_meant(fields: list[str], record: bytes, delimiter: str) -> list[str]:
    """The fields; where blanks stand around quotes, without both."""
    if not has_blanks_before_quote(fields):
        return fields
    return without_blanks(record.decode().rstrip("\r\n"), delimiter) or fields


class _RecordReader:
    def __init__(self, data: bytes, delimiter: str) -> None:
        # The data is bounded by our own limit; the library's is for the whole process.
        csv.field_size_limit(sys.maxsize)
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
