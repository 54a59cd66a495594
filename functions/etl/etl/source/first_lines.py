"""The line that may be the header, as each delimiter cuts it, and where the rows begin."""

import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from etl.columns.characters import visible
from etl.errors import Refused
from etl.source.description import Description

REQUIRED = ("order_id", "customer_id", "product", "quantity", "price", "order_date")
_REQUIRED = frozenset(REQUIRED)
DELIMITERS = (",", ";", "\t", "|")
MAX_HEADER_BYTES = 1 << 20
# Titles before a header are few lines.
_SEARCHED_LINES = 100
# Each delimiter cuts the text once at most, but for quotes that open on many lines and never close.
_SEARCHED_BYTES = len(DELIMITERS) * MAX_HEADER_BYTES
# Excel's own first line; saved again, it has the file's delimiters behind it.
_SEPARATOR = re.compile(r'"?sep=([^"\r\n])"?[ ,;|\t]*(\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One record as one delimiter cuts it.

    `length` bytes and `first_data_line - 1` lines of the file end with it; `is_open`: the text
    ends inside a quote of it.
    """

    fields: tuple[str, ...]
    known: frozenset[str]
    delimiter: str
    line: int
    length: int
    first_data_line: int
    is_open: bool

    @property
    def missing(self) -> list[str]:
        return [name for name in REQUIRED if name not in self.known]


class FirstLines:
    """The first UTF-8 bytes of a file as text; `options` are those of the reader that cuts them."""

    def __init__(
        self, text: bytes, description: Description, options: dict[str, Any] | None = None
    ) -> None:
        self._is_cut = len(text) > MAX_HEADER_BYTES
        self._text = text[:MAX_HEADER_BYTES].decode(errors="ignore")
        self._description = description
        self._options = options or {}
        separator = _SEPARATOR.match(self._text)
        self.begin = (description.header_line or (2 if separator else 1)) - 1
        delimiter = description.delimiter or (separator and separator[1])
        known = (delimiter,) if delimiter else DELIMITERS
        marks = description.marks
        self.delimiters = [mark for mark in known if mark not in marks.values()]
        self._clashing = [field for field, mark in marks.items() if mark in known]
        self._bytes_cut = 0

    def header(self) -> Line:
        """The first line, or the one below titles that names every column.

        Raises Refused (`empty_file`, `no_header`, `bad_source_description`).
        """
        if not self.delimiters:
            raise self._clash()
        if self._description.column_names:
            return self._described()
        first = self.best(self.begin)
        if not first.missing or self._description.header_line:
            return first
        found = self._below_titles()
        if self._clashing and not found:
            raise self._clash()
        return found or first

    def _described(self) -> Line:
        """For a file that begins with its rows."""
        names = self._description.column_names
        self.best(self.begin)  # raises where there is no row
        fitting = [
            delimiter
            for delimiter in self.delimiters
            if (line := self._cut(delimiter, self.begin)) and len(line.fields) == len(names)
        ]
        return Line(
            fields=names,
            known=self._with_constants(names),
            delimiter=(fitting or self.delimiters)[0],
            line=0,
            length=sum(len(line.encode()) for line in self._lines(0, self.begin)),
            first_data_line=self.begin + 1,
            is_open=False,
        )

    def best(self, begin: int) -> Line:
        """The record after so many lines, by the delimiter that finds most of the columns.

        Raises Refused where blank cells are all that is left.
        """
        found = self._best(begin)
        if found is None:
            raise self._absent()
        return found

    def _best(self, begin: int) -> Line | None:
        """None where one delimiter finds blank cells alone: nothing else is left."""
        lines = [line for mark in self.delimiters if (line := self._cut(mark, begin))]
        if len(lines) < len(self.delimiters):
            return None
        return max(lines, key=lambda line: (len(line.known), len(line.fields)))

    def _below_titles(self) -> Line | None:
        for begin in range(self.begin + 1, self.begin + _SEARCHED_LINES):
            found = self._best(begin) if self._bytes_cut <= _SEARCHED_BYTES else None
            if found is None:
                return None
            if not found.missing:
                self._check_titles(found, begin)
                return found
        return None

    def _check_titles(self, header: Line, begin: int) -> None:
        """What stands above the header must not look like rows, or like a header of others."""
        for row in csv.reader(self._lines(self.begin, begin), delimiter=header.delimiter):
            filled = [name for name in map(visible, row) if name]
            if len(filled) * 2 > len(header.fields) or len(self._known(filled)) > 1:
                raise Refused(
                    "no_header",
                    f"The first line is no header. Line {header.line} names the columns, but what "
                    "stands above it may be rows. If it is not, skip it by _source.json "
                    f'("header_line": {header.line}).',
                    line=header.line,
                )

    def _cut(self, delimiter: str, begin: int) -> Line | None:
        skipped = list(self._lines(0, begin))
        lines = _CountedLines(self._lines(begin, None))
        # The text is bounded; the library's own limit is for the whole process.
        csv.field_size_limit(sys.maxsize)
        reader = csv.reader(lines, delimiter=delimiter, **self._options)
        row, above = None, 0
        for row in reader:
            if "".join(row).strip():
                break
            row, above = None, lines.lines_read
        self._bytes_cut += lines.bytes_read
        if row is None:
            return None
        fields = tuple(map(_named, row))
        return Line(
            fields=fields,
            known=self._with_constants(fields),
            delimiter=delimiter,
            line=begin + above + 1,
            length=sum(len(line.encode()) for line in skipped) + lines.bytes_read,
            first_data_line=begin + lines.lines_read + 1,
            is_open=lines.at_end,
        )

    def _known(self, fields: Sequence[str]) -> frozenset[str]:
        return _REQUIRED.intersection(
            self._description.renamed(name).lower() for name in set(fields)
        )

    def _with_constants(self, fields: Sequence[str]) -> frozenset[str]:
        constants = (visible(name).lower() for name in self._description.constants)
        return self._known(fields) | _REQUIRED.intersection(constants)

    def _lines(self, first: int, last: int | None) -> Iterator[str]:
        lines = io.StringIO(self._text, newline="")
        for number, line in enumerate(lines):
            if last is not None and number >= last:
                return
            if number >= first:
                yield line

    def _clash(self) -> Refused:
        field = self._clashing[0]
        return Refused(
            "bad_source_description",
            f"_source.json has {self._description.marks[field]!r} as its {field}, and no other "
            f"character parts the columns: leave {field} out, or give the delimiter.",
        )

    def _absent(self) -> Refused:
        if self._is_cut:
            return endless()
        if self._description.header_line:
            number = self._description.header_line
            message = f"_source.json names line {number} as the header; the file ends before it."
            return Refused("no_header", message, line=number)
        return Refused(
            "empty_file",
            "The file is empty: there is no header and no row. Export it anew; where there is "
            "nothing to tell, the header alone is a file without rows.",
        )


def endless() -> Refused:
    limit = f"{MAX_HEADER_BYTES >> 20} MiB"
    return Refused("no_header", f"No header ends within the first {limit} of the file.", line=1)


def _named(cell: str) -> str:
    """A column's name; quotes around it are left where blanks stand before them."""
    name = visible(cell)
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] == '"' else name


class _CountedLines(Iterator[str]):
    """`at_end`: more was asked for than there is, as the reader does inside a quote only."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.bytes_read = 0
        self.lines_read = 0
        self.at_end = False

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.at_end = True
            raise StopIteration
        self.bytes_read += len(line.encode())
        self.lines_read += 1
        return line
