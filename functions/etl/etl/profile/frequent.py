"""The most frequent of any number of values, in bounded memory and by their order alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.text import offsets, strip
from etl.report.advice import RefusedValue

MAX_VALUES: Final = 1000
WINDOW_ROWS: Final = 1 << 16
_LINES: Final = 3
_LONGEST: Final = 200
# So few are found sooner without Arrow.
_FEW: Final = 16

Positions = NDArray[np.int64]
# Gives the whole rows at some positions of the rows that are added.
Quote = Callable[[Positions], pa.StringArray]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Rows in the order of the file: row i has `values[indices[i]]` and stands on `lines[i]`.

    Values may be there more than once.
    """

    values: pa.StringArray
    indices: NDArray[np.int32]
    lines: Positions
    quote: Quote | None = None


class Frequent:
    """Up to 1,000 different values are counted exactly, with the first three lines of each.

    Of more, a value is counted from where there was room for it: after each window of 65,536 rows
    the less frequent half makes room. What is found depends on the sequence of rows, not on how
    it was cut into blocks.
    """

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._texts = arrow.texts([])
        self._counts = np.zeros(MAX_VALUES, np.int64)
        self._lines = np.zeros((MAX_VALUES, _LINES), np.int64)
        self._found = np.zeros(MAX_VALUES, np.int64)
        self._quoted: list[list[str]] = []
        self._left = WINDOW_ROWS

    def add(self, rows: Occurrences) -> None:
        """Take in rows that follow the ones before."""
        begin, count = 0, len(rows.indices)
        while begin < count:
            if not self._left:
                self._begin_window()
            end = min(count, begin + self._left)
            self._left -= end - begin
            self._add(rows, begin, end)
            begin = end

    def merge(self, other: "Frequent") -> None:
        """Take in what was counted of later rows: exactly, up to 1,000 different values.

        Of more, the most frequent of the two stay.
        """
        for slot, text in enumerate(other._slots):
            if text not in self._slots and len(self._slots) >= MAX_VALUES:
                self._make_room()
            if text not in self._slots:
                self._slots[text] = len(self._slots)
                self._quoted.append([])
            self._add_counted(self._slots[text], other, slot)
        self._texts = arrow.texts(list(self._slots))
        self._left = 0 if len(self._slots) >= MAX_VALUES else other._left

    def _add_counted(self, mine: int, other: "Frequent", slot: int) -> None:
        found, more = int(self._found[mine]), int(other._found[slot])
        taken = min(_LINES - found, more)
        self._lines[mine, found : found + taken] = other._lines[slot, :taken]
        self._quoted[mine] += other._quoted[slot][:taken]
        self._found[mine] = found + taken
        self._counts[mine] += other._counts[slot]

    def most(self, count: int) -> tuple[RefusedValue, ...]:
        """The most frequent first, of equally frequent ones the first of the file."""
        texts = list(self._slots)
        return tuple(
            RefusedValue(
                value=shortened(texts[slot]) or None,
                count=int(self._counts[slot]),
                lines=tuple(self._lines[slot, : self._found[slot]].tolist()),
                original=next(iter(self._quoted[slot]), None),
                originals=tuple(self._quoted[slot]),
            )
            for slot in self._by_count()[:count]
        )

    def _by_count(self) -> list[int]:
        used = len(self._slots)
        order = np.lexsort((self._lines[:used, 0], -self._counts[:used]))
        slots: list[int] = order.tolist()
        return slots

    def _begin_window(self) -> None:
        self._left = WINDOW_ROWS
        if len(self._slots) >= MAX_VALUES:
            self._make_room()

    def _make_room(self) -> None:
        """The less frequent half goes."""
        stay = sorted(self._by_count()[: MAX_VALUES // 2])
        texts = list(self._slots)
        for table in (self._counts, self._lines, self._found):
            table[: len(stay)] = table[stay]
            table[len(stay) :] = 0
        self._quoted = [self._quoted[slot] for slot in stay]
        self._slots = {texts[slot]: place for place, slot in enumerate(stay)}
        self._texts = arrow.texts(list(self._slots))

    def _add(self, rows: Occurrences, begin: int, end: int) -> None:
        indices = rows.indices[begin:end]
        present, places = _distinct(indices, len(rows.values))
        values = rows.values
        if len(present) < len(values):
            values = values.take(arrow.column(present))
        texts = _comparable(values)
        slots = self._slots_of(texts)
        unknown = np.flatnonzero(slots < 0)
        if len(unknown) and len(self._slots) < MAX_VALUES:
            first = np.empty(len(present), np.int64)
            first[places[::-1]] = np.arange(end - 1, begin - 1, -1)
            at = first[unknown]
            order = np.argsort(at)
            self._take_in(texts, unknown[order])
            slots = self._slots_of(texts)
        shown = self._count(slots[places], rows.lines[begin:end])
        if rows.quote and len(shown):
            self._quote(slots[places][shown], rows.quote(shown + begin))

    def _slots_of(self, texts: pa.StringArray) -> Positions:
        """The places of values in the table, -1 for those that are not in it."""
        if len(texts) <= _FEW:
            return np.array([self._slots.get(text, -1) for text in texts.to_pylist()], np.int64)
        found = pc.index_in(texts, value_set=self._texts)
        return arrow.numbers(pc.fill_null(found, _NOT_FOUND), np.int32).astype(np.int64)

    def _take_in(self, texts: pa.StringArray, fresh: Positions) -> None:
        """While there is room, in their order; long ones may be the same once they are cut."""
        while len(fresh) and (room := MAX_VALUES - len(self._slots)):
            for text in texts.take(arrow.column(fresh[:room])).to_pylist():
                if text not in self._slots:
                    self._slots[text] = len(self._slots)
                    self._quoted.append([])
            fresh = fresh[room:]
        self._texts = arrow.texts(list(self._slots))

    def _quote(self, slots: Positions, rows: pa.StringArray) -> None:
        """The rows on the lines that are kept of each value, in the same order."""
        for slot, row in zip(slots.tolist(), _cut(rows).to_pylist(), strict=True):
            self._quoted[slot].append(shortened(row))

    def _count(self, slots: Positions, lines: Positions) -> Positions:
        """Where the rows stand whose lines are kept, by value and line."""
        known = np.flatnonzero(slots >= 0)
        counts = np.bincount(slots[known], minlength=MAX_VALUES)
        self._counts += counts
        # Stable: within a value the lines stay in order.
        rows = known[self._found[slots[known]] < _LINES]
        if not len(rows):
            return rows
        rows = rows[np.argsort(slots[rows], kind="stable")]
        wanted = slots[rows]
        rank = np.arange(len(rows)) - np.searchsorted(wanted, wanted) + self._found[wanted]
        shown = rank < _LINES
        self._lines[wanted[shown], rank[shown]] = lines[rows[shown]]
        self._found = np.minimum(self._found + counts, _LINES)
        return rows[shown]


def _distinct(indices: NDArray[np.int32], count: int) -> tuple[Positions, Positions]:
    """Which of so many indices occur, and for each one its place among these."""
    if len(indices) * _FEW < count:
        present, places = np.unique(indices, return_inverse=True)
        return present.astype(np.int64), places
    occurs = np.zeros(count, bool)
    occurs[indices] = True
    place_of = np.cumsum(occurs) - 1
    return np.flatnonzero(occurs), place_of[indices]


def shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _comparable(values: pa.StringArray) -> pa.StringArray:
    return _cut(strip(values))


def _cut(values: pa.StringArray) -> pa.StringArray:
    """Few long texts, not as long as a record may be: one character tells that there were more."""
    if not len(values) or np.diff(offsets(values)).max() <= _LONGEST:
        return values
    return pc.utf8_slice_codeunits(values, 0, _LONGEST + 1)


_NOT_FOUND: Final = arrow.column(np.array([-1], np.int32))[0]
