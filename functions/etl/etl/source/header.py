"""The first line: which delimiter, which columns, and where the data begins."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.errors import Refused
from etl.source.description import Description

REQUIRED = ("order_id", "customer_id", "product", "quantity", "price", "order_date")
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


def read_header(text: bytes, description: Description) -> Header:
    """Read the header off the first UTF-8 bytes of a file.

    The delimiter is the declared one, else the one that finds most of the required columns.
    Raises Refused (`empty_file`, `no_header`, `missing_column`, `duplicate_column`,
    `too_many_columns`, `unterminated_quote`).
    """
    declared = description.delimiter
    candidates = (declared,) if declared else DELIMITERS
    readings = [_read(text, delimiter, description) for delimiter in candidates]
    header, is_open = max(readings, key=lambda found: (_known(found[0]), len(found[0].names)))
    _check_quotes(header)
    # Up to three bytes of a character may be lost where the text was cut.
    if len(text) > MAX_HEADER_BYTES <= header.length + 3:
        raise _endless()
    if is_open:
        raise Refused("unterminated_quote", "A quote in the first line is never closed.", line=1)
    _check(header)
    return header


def _read(text: bytes, delimiter: str, description: Description) -> tuple[Header, bool]:
    """The header, and whether the text ends inside a quote of it."""
    lines = _CountedLines(text[:MAX_HEADER_BYTES].decode(errors="ignore"))
    # The text is bounded; the library's own limit is for the whole process.
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(lines, delimiter=delimiter)
    fields = next((row for row in reader if "".join(row).strip()), None)
    if fields is None:
        raise _endless() if len(text) > MAX_HEADER_BYTES else _empty()
    source_names = tuple(name.strip() for name in fields)
    header = Header(
        names=tuple(_canonical(name, i, description) for i, name in enumerate(source_names, 1)),
        source_names=source_names,
        delimiter=delimiter,
        length=lines.bytes_read,
        first_data_line=lines.lines_read + 1,
    )
    return header, lines.at_end


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


def _known(header: Header) -> int:
    return len(set(header.names) & set(REQUIRED))


def _missing(header: Header) -> list[str]:
    return [name for name in REQUIRED if name not in header.names]


def _check_quotes(header: Header) -> None:
    """An open quote makes one name of the columns after it and the rows below."""
    for name in header.source_names:
        first_line, *below = name.lower().splitlines()[:2] or [""]
        hidden = [column for column in _missing(header) if column in first_line]
        if below and hidden:
            raise Refused(
                "unterminated_quote",
                "A quote in the first line is opened but not closed there; behind it are lost: "
                f"{', '.join(hidden)}.",
                line=1,
            )


def _check(header: Header) -> None:
    if len(header.names) > MAX_COLUMNS:
        raise Refused(
            "too_many_columns",
            f"The first line has {len(header.names):,} columns, more than {MAX_COLUMNS:,}.",
            line=1,
        )
    if not _known(header):
        raise Refused(
            "no_header",
            "The first line names none of the columns " + ", ".join(REQUIRED) + ".",
            line=1,
        )
    missing = _missing(header)
    if missing:
        raise Refused(
            "missing_column",
            f"Missing column: {', '.join(missing)}. The file has: {_listed(header.source_names)}.",
            line=1,
        )
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
