"""Described dialects as standard CSV: other quotes, escapes, comments; line by line the same."""

import csv
import io
import re
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Any

from etl.source.block import MAX_RECORD_BYTES, too_long, unterminated
from etl.source.description import Description


def is_standard(description: Description) -> bool:
    """Whether the file itself is what the reader of records knows."""
    return not (description.escape or description.comment) and description.quote in (None, '"')


def reader_options(description: Description) -> dict[str, Any]:
    """The dialect for the standard library's reader."""
    if description.quote == "":
        return {"quoting": csv.QUOTE_NONE, "escapechar": description.escape or None}
    return {"quotechar": description.quote or '"', "escapechar": description.escape or None}


def standard_chunks(
    chunks: Iterator[bytes], description: Description, delimiter: str
) -> Iterator[bytes]:
    """Yield the same records in commas-and-quotes CSV with this delimiter.

    A record keeps its lines, a comment leaves a blank one. Raises Refused (`unterminated_quote`,
    `record_too_long`).
    """
    # The records are bounded here; the library's own limit is for the whole process.
    csv.field_size_limit(sys.maxsize)
    lines = _Lines(chunks, description, delimiter)
    reader = csv.reader(lines, delimiter=delimiter, **reader_options(description))
    rows = io.StringIO()
    # With CRLF a lone CR within a value is put in quotes, with LF it is not.
    writer = csv.writer(rows, delimiter=delimiter, lineterminator="\r\n")
    for fields in reader:
        if lines.at_end:
            raise unterminated(lines.record_line, lines.record_size)
        writer.writerow(fields)
        lines.end_record()
        if rows.tell() > 1 << 20:
            yield rows.getvalue().encode()
            rows.seek(0)
            rows.truncate()
    yield rows.getvalue().encode()


class _Lines(Iterator[str]):
    """Lines for the reader, which asks for one more wherever a quote is open.

    `at_end`: it asked for more than there is. `record_line` is where the record began.
    """

    def __init__(self, chunks: Iterator[bytes], description: Description, delimiter: str) -> None:
        self._lines = _lines(chunks)
        self._comment = description.comment
        self._escapes = _escapes(description, delimiter)
        self._line = 0
        self.record_line = 1
        self.record_size = 0
        self.at_end = False

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.at_end = True
            raise StopIteration
        self._line += 1
        if not self.record_size and self._comment and line.startswith(self._comment):
            return "\n"
        self.record_size += len(line)
        if self.record_size > MAX_RECORD_BYTES:
            raise too_long(self.record_line)
        return self._escapes.sub(_literal, line) if self._escapes else line

    def end_record(self) -> None:
        self.record_line, self.record_size = self._line + 1, 0


def _escapes(description: Description, delimiter: str) -> re.Pattern[str] | None:
    """An escape and what it escapes, or what only looks like an escape: \\N and \\n are text."""
    if not description.escape:
        return None
    escape, quote = re.escape(description.escape), re.escape(description.quote or '"')
    escaped = f"{quote}|{escape}|{re.escape(delimiter)}|\r?\n|\r"
    return re.compile(f"{escape}(?:(?P<escaped>{escaped})|)", re.DOTALL)


def _literal(match: re.Match[str]) -> str:
    """The reader takes any character behind an escape for escaped: escape the escape itself."""
    return match[0] if match["escaped"] else match[0] * 2


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    decoder = getincrementaldecoder("utf-8")()
    carry = ""
    for chunk in chunks:
        lines = list(io.StringIO(carry + decoder.decode(chunk), newline=""))
        # A line that ends in CR alone may go on with LF.
        carry = lines.pop() if lines and not lines[-1].endswith("\n") else ""
        yield from lines
        if len(carry) > MAX_RECORD_BYTES:
            raise too_long(1)
    yield from io.StringIO(carry, newline="")
