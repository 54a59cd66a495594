"""Before the rules: what stands in each cell, as its reader sees it."""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from etl.columns import arrow
from etl.columns.text import Columns, is_empty, join, strip
from etl.columns.visible import identifiers, plain_texts, without_formulas
from etl.errors import Refused
from etl.source.description import FILE_NAME, Description

# Numbers and dates are read later, once per distinct value.
_LATER: Final = frozenset({"quantity", "price", "order_date"})
_READ_AS: Final = {
    "order_id": identifiers,
    "customer_id": identifiers,
    "product": plain_texts,
}
_BLANK = arrow.text(" ")


class Texts:
    """How one source's cells are read: formulas, invisible characters, words for missing."""

    def __init__(self, names: Sequence[str], description: Description) -> None:
        """Raises Refused (`missing_column`) if the description names a column that is not there."""
        self._missing = {
            name: arrow.texts(words) for name in names if (words := description.missing_words(name))
        }
        self._time = _present(description.time_column, names)
        for name in description.missing_columns:
            _present(name, names)

    def read(self, columns: Columns) -> Columns:
        """The columns as the rules judge them; dates and numbers still as they stand."""
        texts = {}
        for name, values in columns.items():
            read = values if name in _LATER else _READ_AS.get(name, without_formulas)(values)
            texts[name] = read if name in _LATER else self._without_words(name, read)
        if self._time and "order_date" in texts:
            texts["order_date"] = _with_time(texts["order_date"], texts[self._time])
        return texts

    def timed(self, columns: Columns) -> Columns:
        """The columns of a file with the time of day in the dates, as `read` puts it there."""
        if self._time not in columns or "order_date" not in columns:
            return columns
        both = {name: columns[name] for name in {"order_date", self._time}}
        return columns | {"order_date": self.read(both)["order_date"]}

    def first_read(self, key: Sequence[str]) -> tuple[str, ...]:
        """The columns of a file that this key is made of."""
        if self._time and "order_date" in key and self._time not in key:
            return (*key, self._time)
        return tuple(key)

    def distinct(self, name: str, values: pa.StringArray) -> pa.StringArray:
        """The distinct texts of a column of numbers or dates, ready to be judged."""
        return self._without_words(name, identifiers(values))

    def keys(self, columns: Columns, key: Sequence[str]) -> pa.StringArray:
        """One text per row that two rows share only if they share all of these columns."""
        if not key:
            return arrow.empty_texts(len(next(iter(columns.values()))))
        return join([self._without_words(name, identifiers(columns[name])) for name in key])

    def _without_words(self, name: str, values: pa.StringArray) -> pa.StringArray:
        words = self._missing.get(name)
        if words is None:
            return values
        found = pc.is_in(strip(values), value_set=words)
        return pc.if_else(found, arrow.EMPTY, values) if arrow.booleans(found).any() else values


def _present(wanted: str | None, names: Sequence[str]) -> str | None:
    """The column by the file's spelling of its name."""
    if wanted is None:
        return None
    found = [name for name in names if name.lower() == wanted.strip().lower()]
    if not found:
        raise Refused(
            "missing_column",
            f"{FILE_NAME} names a column that the file does not have: {wanted}.",
            line=1,
        )
    return found[0]


def _with_time(dates: pa.StringArray, times: pa.StringArray) -> pa.StringArray:
    """Each date and its time as one text; a date without a time stays a date."""
    dates, times = strip(dates), strip(times)
    both = arrow.mask(~(is_empty(dates) | is_empty(times)))
    return pc.if_else(both, pc.binary_join_element_wise(dates, times, _BLANK), dates)
