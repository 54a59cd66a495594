"""The first line: which delimiter, which columns, and where the data begins."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.columns.characters import visible
from etl.errors import Refused
from etl.source.description import Description

REQUIRED = ("order_id", "customer_id", "product", "quantity", "price", "order_date")
_REQUIRED = frozenset(REQUIRED)
DELIMITERS = (",", ";", "\t", "|")
MAX_HEADER_BYTES = 1 << 20
MAX_COLUMNS = 1000
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Header:
    """Column names in file order, the six required ones under their canonical name."""

    names: tuple[str, ...]
    source_names: tuple[str, ...]
    delimiter: str
    length: int
    first_data_line: int

    def position(self, name: str) -> int:
        return self.names.index(name)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The first line as one delimiter cuts it. `is_open`: the text ends inside a quote of it."""

    fields: tuple[str, ...]
    known: frozenset[str]
    delimiter: str
    length: int
    first_data_line: int
    is_open: bool

    @property
    def missing(self) -> list[str]:
        return [name for name in REQUIRED if name not in self.known]

    def header(self, description: Description) -> Header:
        return Header(
            names=tuple(_canonical(name, i, description) for i, name in enumerate(self.fields, 1)),
            source_names=self.fields,
            delimiter=self.delimiter,
            length=self.length,
            first_data_line=self.first_data_line,
        )


def read_header(text: bytes, description: Description) -> Header:
    """Read the header off the first UTF-8 bytes of a file.

    The delimiter is the declared one, else the one that finds most of the required columns.
    Whatever the names, the work grows with the text alone: it is done before they are counted.
    Raises Refused (`empty_file`, `no_header`, `missing_column`, `duplicate_column`,
    `too_many_columns`, `unterminated_quote`).
    """
    declared = description.delimiter
    candidates = (declared,) if declared else DELIMITERS
    readings = [_read(text, delimiter, description) for delimiter in candidates]
    best = max(readings, key=lambda reading: (len(reading.known), len(reading.fields)))
    _check_quotes(best)
    # Up to three bytes of a character may be lost where the text was cut.
    if len(text) > MAX_HEADER_BYTES <= best.length + 3:
        raise _endless()
    if best.is_open:
        raise Refused("unterminated_quote", "A quote in the first line is never closed.", line=1)
    _check_columns(best)
    header = best.header(description)
    _check_names(header)
    return header


def _read(text: bytes, delimiter: str, description: Description) -> _Reading:
    lines = _CountedLines(text[:MAX_HEADER_BYTES].decode(errors="ignore"))
    # The text is bounded; the library's own limit is for the whole process.
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(lines, delimiter=delimiter)
    row = next((row for row in reader if "".join(row).strip()), None)
    if row is None:
        raise _endless() if len(text) > MAX_HEADER_BYTES else _empty()
    fields = tuple(visible(name) for name in row)
    return _Reading(
        fields=fields,
        known=_REQUIRED.intersection(description.renamed(name).lower() for name in set(fields)),
        delimiter=delimiter,
        length=lines.bytes_read,
        first_data_line=lines.lines_read + 1,
        is_open=lines.at_end,
    )


class _CountedLines(Iterator[str]):
    """`at_end`: more was asked for than there is, as the reader does inside a quote only."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
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


def _canonical(name: str, position: int, description: Description) -> str:
    """Required columns lose their case; others keep the name their owner gave them."""
    renamed = description.renamed(name)
    if renamed.lower() in REQUIRED:
        return renamed.lower()
    return renamed or f"column_{position}"


def _check_quotes(reading: _Reading) -> None:
    """An open quote makes one name of the columns after it and the rows below."""
    missing = reading.missing
    for name in reading.fields if missing else ():
        first_line, line_end, _ = name.replace("\r", "\n").lower().partition("\n")
        hidden = [column for column in missing if column in first_line] if line_end else []
        if hidden:
            raise Refused(
                "unterminated_quote",
                "A quote in the first line is opened but not closed there; behind it are lost: "
                f"{', '.join(hidden)}.",
                line=1,
            )


def _check_columns(reading: _Reading) -> None:
    count = len(reading.fields)
    if count > MAX_COLUMNS:
        raise Refused(
            "too_many_columns",
            f"The first line has {count:,} columns, more than {MAX_COLUMNS:,}.",
            line=1,
        )
    if not reading.known:
        raise Refused(
            "no_header",
            "The first line names none of the columns " + ", ".join(REQUIRED) + ".",
            line=1,
        )
    if reading.missing:
        raise Refused(
            "missing_column",
            f"Missing column: {', '.join(reading.missing)}. "
            f"The file has: {_listed(reading.fields)}.",
            line=1,
        )


def _check_names(header: Header) -> None:
    counts = Counter(name.lower() for name in header.names)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise Refused(
            "duplicate_column", f"The header names a column twice: {_listed(repeated)}.", line=1
        )


def _empty() -> Refused:
    return Refused("empty_file", "The file is empty: there is no header and no row.")


def _endless() -> Refused:
    limit = f"{MAX_HEADER_BYTES >> 20} MiB"
    return Refused("no_header", f"No header ends within the first {limit} of the file.", line=1)


def _listed(names: Sequence[str]) -> str:
    """The names in words, as many and as much of each as a person will read."""
    shown = [name if len(name) <= 60 else name[:60] + "…" for name in names[:_MOST_NAMED]]
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown) + more
