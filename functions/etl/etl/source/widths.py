"""How many fields the rows have, where that is not what the header says."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from etl.columns.characters import visible
from etl.errors import Refused
from etl.source.header import Header

_FRACTION = re.compile(r"\d+(\.\d+)?")


@dataclass
class Widths:
    """What the first pass sees: rows of the header's width, and the others by their width."""

    full: int = 0
    others: Counter[int] = field(default_factory=Counter)
    is_surplus_filled: bool = False
    looks_split: bool = True

    def add(self, text: str, width: int, header: Header) -> None:
        """Take in a row of another width."""
        self.others[width] += 1
        # Whether a surplus is empty matters only if every row has it.
        if width > len(header.cells) and not self.full and not self.is_surplus_filled:
            fields = next(csv.reader([text], delimiter=header.delimiter))
            self.is_surplus_filled = any(map(visible, fields[len(header.cells) :]))
            behind = fields[header.fewest_cells].strip()
            self.looks_split &= _FRACTION.fullmatch(behind) is not None

    def merge(self, other: "Widths") -> None:
        """Take in what was seen of other rows of the same file."""
        self.full += other.full
        self.others.update(other.others)
        self.is_surplus_filled |= other.is_surplus_filled
        self.looks_split &= other.looks_split

    def _may_hide_a_split(self, header: Header) -> bool:
        """Whether 9,50 without quotes may have moved its end into a further column."""
        last = header.cells[header.fewest_cells - 1]
        return self.looks_split and last in ("quantity", "price") and header.delimiter == ","

    def fitted(self, header: Header) -> Header:
        """The header, or where every row is longer or shorter than it, one that fits the rows.

        Raises Refused (`wrong_width`) if a value would be lost or left without its column.
        """
        if self.full or len(self.others) != 1:
            return header
        ((width, rows),) = self.others.items()
        surplus = width - len(header.cells)
        if rows == 1 and abs(surplus) > 1:
            return header
        if surplus > 0 and not self.is_surplus_filled and not self._may_hide_a_split(header):
            return _widened(header, surplus)
        if surplus < 0 and _ends_unnamed(header, -surplus):
            return _narrowed(header, width)
        raise _wrong_width(header, width, rows)


def _ends_unnamed(header: Header, count: int) -> bool:
    """Whether the last columns have no name in the file: the header ends in delimiters."""
    named = header.source_names[: len(header.file_names)]
    return header.cells == header.file_names and not any(named[-count:])


def _widened(header: Header, count: int) -> Header:
    """Fields behind the last column are read past: no column of a file has such a name."""
    return replace(header, cells=header.cells + tuple(f"\0behind {i}" for i in range(count)))


def _narrowed(header: Header, width: int) -> Header:
    return replace(
        header,
        names=header.names[:width] + header.names[len(header.cells) :],
        source_names=header.source_names[:width] + header.source_names[len(header.cells) :],
        cells=header.cells[:width],
    )


def _wrong_width(header: Header, width: int, rows: int) -> Refused:
    every = "The only row" if rows == 1 else f"Every one of the {rows:,} rows"
    if width > len(header.cells):
        advice = "Is a column without a name, or a delimiter within a value not in quotes?"
    elif width == 1:
        advice = "Is each row in quotes as a whole, or parted by another delimiter? Export it anew."
    else:
        advice = "Is a column named that the rows do not have?"
    fields = "1 field" if width == 1 else f"{width} fields"
    return Refused(
        "wrong_width",
        f"{every} has {fields}, the header {len(header.cells)}. {advice}",
        line=header.first_data_line,
    )
