"""Rule 3: the first row of a key wins, exactly, in four bytes per row of the file.

A first pass keeps half of the hash of every key, and of these what occurs more than once. In the
second pass the text of such keys is compared, so that two orders whose hashes collide both stay.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.text import Hashes, octets, offsets

Indices = NDArray[np.int64]
Halves = NDArray[np.uint32]


class KeyHashes:
    """What the first pass gathers."""

    def __init__(self) -> None:
        self._parts: list[Halves] = []

    def add(self, hashes: Hashes) -> None:
        self._parts.append(_half(hashes))

    def repeated(self) -> Halves:
        """What occurred more than once, sorted. Leaves this object empty."""
        every = np.concatenate(self._parts) if self._parts else np.empty(0, np.uint32)
        self._parts.clear()
        every.sort()
        again = every[1:][every[1:] == every[:-1]]
        changes = np.append(True, again[1:] != again[:-1])[: len(again)]
        repeated: Halves = again[changes]
        return repeated


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rows of a block whose key may have been seen: what the decision needs of each.

    `slots` are the places of their hashes among the repeated ones.
    """

    rows: Indices
    slots: Indices
    keys: pa.StringArray
    contents: NDArray[np.uint64]
    good: NDArray[np.bool_]
    lines: Indices


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rows to drop, whether each equals the kept row throughout, and the kept row's line."""

    rows: Indices
    exact: NDArray[np.bool_]
    first_lines: Indices


NO_REPEATS: Final = Repeats(np.empty(0, np.int64), np.empty(0, bool), np.empty(0, np.int64))


class FirstRows:
    """What the second pass remembers of the first row of each repeated key."""

    def __init__(self, repeated: Halves) -> None:
        self._hashes = repeated
        self._filter = np.zeros(1 << 22, bool)
        self._filter[self._places(repeated)] = True
        self._text_of = np.full(len(repeated), -1, np.int64)
        self._texts = _Texts()
        self._strangers: dict[str, int] = {}
        self._line = np.full(len(repeated), -1, np.int64)
        self._content = np.zeros(len(repeated), np.uint64)
        self._good = np.zeros(len(repeated), bool)
        self._lost = np.zeros(len(repeated), bool)

    @property
    def lost_orders(self) -> int:
        """Keys whose first row was bad although a later one was good."""
        return int(self._lost.sum())

    def candidates(self, hashes: Hashes) -> tuple[Indices, Indices]:
        """The rows whose hash occurs more than once in the file, and the slots of those hashes."""
        if not len(self._hashes):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        halves = _half(hashes)
        maybe = np.flatnonzero(self._filter[self._places(halves)])
        wanted = halves[maybe]
        # In sorted order the search walks through memory instead of jumping.
        order = np.argsort(wanted)
        slots = np.empty(len(wanted), np.int64)
        slots[order] = np.searchsorted(self._hashes, wanted[order])
        slots = np.minimum(slots, len(self._hashes) - 1)
        found = self._hashes[slots] == wanted
        return maybe[found], slots[found]

    def _places(self, halves: Halves) -> Halves:
        return halves & np.uint32(len(self._filter) - 1)

    def decide(self, found: Candidates) -> Repeats:
        """Take the block's candidates in; say which of them repeat an earlier row."""
        groups = self._groups(found)
        first = self._firsts(groups, self._line)
        opened = groups[first]
        self._line[opened] = found.lines[first]
        self._content[opened] = found.contents[first]
        self._good[opened] = found.good[first]
        later = np.ones(len(groups), bool)
        later[first] = False
        again = groups[later]
        self._lost[again[found.good[later] & ~self._good[again]]] = True
        return Repeats(
            rows=found.rows[later],
            exact=self._content[again] == found.contents[later],
            first_lines=self._line[again],
        )

    def _groups(self, found: Candidates) -> Indices:
        """One number per distinct key text: its hash's slot, or a new one for a collision."""
        slots = found.slots
        first = self._firsts(slots, self._text_of)
        self._text_of[slots[first]] = self._texts.extend(found.keys.take(arrow.column(first)))
        owners = self._texts.take(self._text_of[slots])
        same = arrow.booleans(pc.equal(owners, found.keys.cast(pa.large_string())))
        groups = slots.copy()
        for row in np.flatnonzero(~same):
            groups[row] = self._stranger(found.keys[int(row)].as_py())
        return groups

    @staticmethod
    def _firsts(groups: Indices, known: Indices) -> Indices:
        """The first row of each group that `known` has nothing of (-1); `known` is scratch there.

        Assigned backwards, the first row of a group is the one that stays.
        """
        fresh = np.flatnonzero(known[groups] < 0)
        known[groups[fresh[::-1]]] = fresh[::-1]
        firsts: Indices = fresh[known[groups[fresh]] == fresh]
        return firsts

    def _stranger(self, key: str) -> int:
        group = self._strangers.setdefault(key, len(self._hashes) + len(self._strangers))
        if group >= len(self._line):
            grow = len(self._line) + 1024
            self._line = np.append(self._line, np.full(grow, -1))
            self._content = np.append(self._content, np.zeros(grow, np.uint64))
            self._good = np.append(self._good, np.zeros(grow, bool))
            self._lost = np.append(self._lost, np.zeros(grow, bool))
        return group


def _half(hashes: Hashes) -> Halves:
    return hashes.astype(np.uint32)


class _Texts:
    """A column of text that grows at its end, in memory that doubles."""

    def __init__(self) -> None:
        self._data = np.empty(1 << 12, np.uint8)
        self._offsets = np.zeros(1 << 10, np.int64)
        self._count = 0

    def extend(self, values: pa.StringArray) -> Indices:
        """Append the values; return their positions."""
        end = int(self._offsets[self._count])
        run, ends = octets(values), np.diff(offsets(values)).cumsum()
        self._data = _room(self._data, end + len(run))
        self._offsets = _room(self._offsets, self._count + len(values) + 1)
        self._data[end : end + len(run)] = run
        positions = np.arange(self._count, self._count + len(values))
        self._offsets[positions + 1] = end + ends
        self._count += len(values)
        return positions

    def take(self, positions: Indices) -> pa.LargeStringArray:
        buffers = pa.py_buffer(self._offsets), pa.py_buffer(self._data)
        column = pa.LargeStringArray.from_buffers(self._count, *buffers)
        return column.take(arrow.column(positions))


def _room(array: NDArray, size: int) -> NDArray:  # type: ignore[type-arg]
    if size <= len(array):
        return array
    larger = np.zeros(max(size, 2 * len(array)), array.dtype)
    larger[: len(array)] = array
    return larger
