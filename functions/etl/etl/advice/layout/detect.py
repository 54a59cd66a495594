"""Where the columns are in a file without our header: delimiter, header line, names, kinds."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from etl.advice.languages.column_names import COLUMNS, known_columns, rank
from etl.advice.values.date_shapes import shape_of, without_abbreviation
from etl.columns.characters import visible
from etl.rules.dates import order_date
from etl.rules.numbers import price
from etl.rules.status import INVALID, OK

_DELIMITERS: Final = (",", ";", "\t", "|", "^", "\x01", ":", "#", "$", "*", "!", "&", "`", "{", "~")
# What parts the columns where the usual ones do not; of these a text may be full.
_UNUSUAL: Final = frozenset(_DELIMITERS[6:])
_LINES: Final = 300
_HEADER_WITHIN: Final = 100
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is cut: `names` are its header's cells, empty where it has no header.

    `line` counts from 1: the header's, or the first row's. `rows` are those below, of its width.
    """

    delimiter: str
    line: int
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, place: int) -> list[str]:
        return [row[place] for row in self.rows]


def find_layout(text: str, delimiter: str | None = None) -> Layout | None:
    """The likeliest one; None for what has no columns."""
    lines = "".join(io.StringIO(text, newline="").readlines()[:_LINES])
    layouts = [
        found
        for mark in ((delimiter,) if delimiter else _DELIMITERS)
        if (found := _cut(lines, mark))
    ]
    return max(layouts, key=_likeliness, default=None)


def has_quoted_lines(text: str) -> bool:
    """Whether each of the first lines is one quoted value that is itself a row of several."""
    rows = [row for row in csv.reader(text.splitlines()[:_LINES]) if row]
    return len(rows) >= _FEWEST and all(
        len(row) == 1 and any(row[0].count(mark) + 1 >= len(COLUMNS) for mark in _DELIMITERS[:4])
        for row in rows[:_FEWEST]
    )


def _likeliness(layout: Layout) -> tuple[int, bool, int]:
    usual = layout.delimiter not in _UNUSUAL
    return known_columns(layout.names), usual, len(layout.names) * len(layout.rows)


def _cut(text: str, delimiter: str) -> Layout | None:
    records = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    for cells in reader:
        if any(map(visible, cells)):
            records.append((before + 1, tuple(map(visible, cells))))
        before = reader.line_num
    # The last record may be cut off.
    widths = Counter(len(cells) for _, cells in records)
    width = max(widths, key=lambda one: (widths[one] * (one >= _FEWEST), one), default=0)
    if width < _FEWEST:
        return None
    place = _header_place(records, width)
    if place is None:
        first = next(i for i, (_, cells) in enumerate(records) if len(cells) == width)
        rows = tuple(cells for _, cells in records[first:] if len(cells) == width)
        return Layout(delimiter, records[first][0], (), rows)
    line, names = records[place]
    rows = tuple(cells for _, cells in records[place + 1 :] if len(cells) == len(names))
    return Layout(delimiter, line, names, rows)


def _header_place(records: Sequence[tuple[int, tuple[str, ...]]], width: int) -> int | None:
    """The record that names most of the columns, else the first that is no row."""
    near = records[:_HEADER_WITHIN]
    named = [known_columns(cells) if len(cells) >= _FEWEST else 0 for _, cells in near]
    best = max(range(len(near)), key=lambda i: named[i])
    if named[best] >= 2:
        return best
    for i, (_, cells) in enumerate(near):
        if len(cells) == width:
            return None if _is_row(cells) else i
    return None


def _is_row(cells: Sequence[str]) -> bool:
    """Whether some cell is a date or an amount; no column has such a name."""
    return any(is_date(cell) or is_number(cell) for cell in cells)


def is_date(text: str) -> bool:
    """Whether the text is a date by its shape, digits alone excepted."""
    if text.isdigit():
        return False
    return order_date(text)[0] == OK or shape_of(text) is not None


def is_number(text: str) -> bool:
    """Whether the text is a number with one decimal mark or the other."""
    return bool(text) and any(price(text, mark)[0] != INVALID for mark in (".", ","))


def map_columns(layout: Layout) -> dict[str, int]:
    """Our columns to the places of the file's, by their names where the values agree.

    A column that nothing else may be is the one of its name, too, where its values are of no form
    that is read, or none is there: it is not absent, and a constant in its place would be a lie.
    """
    ranked = sorted(
        (found, place, column)
        for column in COLUMNS
        for place, name in enumerate(layout.names)
        if (found := rank(column, name)) is not None
    )
    places: dict[str, int] = {}
    for may_be in (_may_be, _may_be_meant):
        for _, place, column in ranked:
            free = column not in places and place not in places.values()
            if free and may_be(column, layout.column(place)):
                places[column] = place
    return places


def _may_be_meant(column: str, values: Sequence[str]) -> bool:
    """Whether the name alone may tell: of numbers and dates only where there are digits."""
    filled = [value for value in values if value]
    if column in ("quantity", "price", "order_date"):
        return sum(any(map(str.isdigit, value)) for value in filled) * 2 >= len(filled)
    return True


def _may_be(column: str, values: Sequence[str]) -> bool:
    """Whether most values that there are could be of such a column."""
    filled = [value for value in values if value]
    if not filled:
        return column in ("customer_id", "product")
    if column == "order_id":
        return sum(any(map(str.isdigit, value)) for value in filled) * 2 > len(filled)
    if column == "order_date":
        return sum(map(_is_dated, filled)) * 2 > len(filled)
    if column in ("quantity", "price"):
        return are_numbers(filled)
    return True


def are_numbers(values: Sequence[str]) -> bool:
    """Whether most of those that are there are numbers."""
    filled = [value for value in values if value]
    return sum(map(is_number, filled)) * 2 > len(filled)


def _is_dated(text: str) -> bool:
    return is_date(without_abbreviation(text)) or (text[:1].isdigit() and text.isdigit())


def by_values(layout: Layout, wanted: Sequence[str], taken: Sequence[int]) -> dict[str, list[int]]:
    """For each wanted column the free places whose values look like it."""
    free = (
        [place for place in range(len(layout.rows[0])) if place not in taken] if layout.rows else []
    )
    found: dict[str, list[int]] = {}
    for column in wanted:
        found[column] = [place for place in free if _looks_like(column, layout.column(place))]
    return found


def _looks_like(column: str, values: Sequence[str]) -> bool:
    filled = [value for value in values if value]
    if not filled:
        return False
    dates = sum(map(is_date, filled)) / len(filled)
    numbers = sum(map(is_number, filled)) / len(filled)
    distinct = len(set(filled)) / len(filled)
    if column == "order_date":
        return dates > 0.9
    if dates > 0.5:
        return False
    if column == "quantity":
        return (
            numbers > 0.9
            and all(len(value) <= 5 for value in filled if value.isdigit())
            and (sum(value.isdigit() for value in filled) > 0.9 * len(filled))
        )
    if column == "price":
        return numbers > 0.9 and sum(not value.isdigit() for value in filled) > 0.3 * len(filled)
    if column == "order_id":
        return distinct > 0.9 and (numbers < 0.5 or all(value.isdigit() for value in filled))
    if column == "product":
        return numbers < 0.1
    return distinct < 1 or numbers < 0.5
