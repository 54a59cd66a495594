"""A layout as fields of a description, with the reason of each."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from etl.advice.languages.column_names import is_scaled
from etl.advice.layout.detect import Layout, are_numbers, is_date
from etl.report.advice import Change
from etl.source.description import Description

_OPTIONAL: Final = {
    "customer_id": "no column looks like a customer; it stays empty",
    "product": "no column looks like a product; it stays empty",
    "quantity": "no column looks like a quantity; it is missing, which counts as 1",
    "price": "no column looks like a price; it stays empty",
}

_OF_TEXT: Final = frozenset({"customer_id", "product"})
_MOST_NAMES: Final = 8


def header_place(layout: Layout, described: Description) -> list[Change]:
    """The header's line, where it is not the first and nothing says which it is."""
    if layout.names and layout.line > 1 and described.header_line is None:
        because = f"the columns are named on line {layout.line}"
        return [Change(field="header_line", value=layout.line, because=because)]
    return []


def parting_mark(layout: Layout) -> list[Change]:
    """The delimiter."""
    return [Change(field="delimiter", value=layout.delimiter, because="it parts the columns")]


def described_columns(layout: Layout, places: Mapping[str, int]) -> list[Change]:
    """Which column is which, and constants in place of those that are absent."""
    reasons = {name: reason for name, reason in _OPTIONAL.items() if name not in places}
    others = _texts(layout, places)
    for name in reasons.keys() & _OF_TEXT:
        reasons[name] += f", unless it is {others}: then say so by `columns`" if others else ""
    scaled = [name for name in layout.names if is_scaled(name)]
    if "price" in reasons and scaled:
        reasons["price"] = f"{' and '.join(scaled)} counts in another unit; the price stays empty"
    return [*_columns(layout, places), *_constants(reasons)]


def _texts(layout: Layout, places: Mapping[str, int]) -> str:
    """The names of the columns that are none of ours and hold texts, which a person may know."""
    names = (
        name
        for place, name in enumerate(layout.names)
        if name and place not in places.values() and not _is_of_numbers(layout.column(place))
    )
    return " or ".join(islice(names, _MOST_NAMES))


def _is_of_numbers(values: Sequence[str]) -> bool:
    filled = [value for value in values if value]
    return are_numbers(values) or not filled or sum(map(is_date, filled)) * 2 > len(filled)


def _columns(layout: Layout, places: Mapping[str, int]) -> list[Change]:
    if not layout.names:
        ours = {place: column for column, place in places.items()}
        names = [ours.get(place, f"column_{place + 1}") for place in range(len(layout.rows[0]))]
        return [Change(field="column_names", value=names, because="the file has no header line")]
    theirs = {layout.names[place]: column for column, place in places.items()}
    columns = {name: ours for name, ours in theirs.items() if name.lower() != ours}
    because = "so the file calls these columns"
    return [Change(field="columns", value=columns, because=because)] if columns else []


def _constants(reasons: Mapping[str, str]) -> list[Change]:
    """For absent columns, each with its reason."""
    if not reasons:
        return []
    because = "; ".join(reasons.values())
    return [Change(field="constants", value=dict.fromkeys(reasons, ""), because=because)]
