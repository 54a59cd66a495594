"""A sample of all rows as a small file: the first ones, and some of each stretch of the file."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from etl.rules.judge import KEPT, Judgement
from etl.source.block import Block

# A stretch is so many records: where it ends does not depend on how the file was cut into blocks.
STRETCH_ROWS: Final = 20_000
_FIRST_BYTES: Final = 1 << 19
_LATER_BYTES: Final = 1 << 12
_DROPPED_BYTES: Final = 1 << 15
_DROPPED_ROWS: Final = 64
_MAX_STRETCHES: Final = 64


class Sample:
    """Records as they stand in the file, in standard CSV and UTF-8, without the header.

    One that begins at a later record than the first is of a range of the file: `merge` adds it to
    that of what comes before.
    """

    def __init__(self, first_record: int = 0) -> None:
        self._by_stretch: dict[int, bytes] = {}
        self._dropped: list[bytes] = []
        self._stride = 1
        self._rows = first_record
        # What the stretch that a block ends in may still give.
        self._bytes_left = 0
        self._dropped_left = 0
        self.is_complete = True
        self._opening = _Opening(-1)
        self._begin_within(*divmod(first_record, STRETCH_ROWS))

    def add(self, judged: Judgement) -> None:
        """Take in a block, in the order of the file."""
        begin, count = 0, len(judged.fields.block)
        while begin < count:
            stretch, at = divmod(self._rows, STRETCH_ROWS)
            if at == 0:
                self._begin_stretch(stretch)
            end = min(count, begin + STRETCH_ROWS - at)
            taken = begin + self._take(stretch, judged.fields.block, begin, end)
            if taken < end:
                self.is_complete = False
                self._add_dropped(judged, taken, end)
            self._rows += end - begin
            begin = end

    @property
    def text(self) -> bytes:
        """Whole records, each with its line's end."""
        return b"".join(map(_ended, [*self._by_stretch.values(), *self._dropped]))

    def merge(self, other: "Sample") -> None:
        """Take in the sample of the records that follow.

        The same is found as by one sample of all, but where a stretch that the two share has more
        than either may keep: then a few rows of it may be others.
        """
        self.is_complete &= other.is_complete
        self._take_stretches(other)
        for text in other._dropped:
            if len(text) <= self._room:
                self._dropped.append(text)
        opening = other._opening
        if other._rows // STRETCH_ROWS == opening.stretch:
            self._bytes_left = max(self._bytes_left - opening.size, 0)
            self._dropped_left = max(self._dropped_left - _DROPPED_ROWS + other._dropped_left, 0)
        else:
            self._bytes_left, self._dropped_left = other._bytes_left, other._dropped_left
        self._rows = other._rows

    @property
    def _room(self) -> int:
        return _DROPPED_BYTES - sum(map(len, self._dropped))

    def _take_stretches(self, other: "Sample") -> None:
        """Of the one that is shared what it may still give, all of the later ones."""
        opening, found = other._opening, dict(other._by_stretch)
        if opening.stretch in found:
            size = opening.fitting(self._bytes_left)
            self.is_complete &= size == opening.taken
            begun = self._by_stretch.get(opening.stretch, b"")
            found[opening.stretch] = begun + found[opening.stretch][:size]
        self._stride = other._stride
        both = self._by_stretch | {stretch: text for stretch, text in found.items() if text}
        self._by_stretch = {key: both[key] for key in sorted(both) if key % self._stride == 0}

    def _begin_within(self, stretch: int, at: int) -> None:
        """As after all the stretches before, with all that this one may give if it is begun."""
        for earlier in range(stretch + bool(at)):
            self._begin_stretch(earlier)
            if earlier % self._stride == 0:
                self._by_stretch[earlier] = b""
        if at:
            self._opening = _Opening(stretch)

    def _begin_stretch(self, stretch: int) -> None:
        """However long the file, the stretches are as many at most, and evenly spread."""
        self._dropped_left = _DROPPED_ROWS
        self._bytes_left = 0
        if stretch % self._stride == 0:
            self._bytes_left = _LATER_BYTES if stretch else _FIRST_BYTES
        if len(self._by_stretch) >= _MAX_STRETCHES:
            self._stride *= 2
            kept = (one for one in self._by_stretch.items() if one[0] % self._stride == 0)
            self._by_stretch = dict(kept)

    def _take(self, stretch: int, block: Block, begin: int, end: int) -> int:
        """Keep the first records of the stretch; returns how many of these."""
        if not self._bytes_left:
            return 0
        # A record has a byte at least.
        end = min(end, begin + self._bytes_left)
        sizes = np.cumsum(block.ends[begin:end] - block.starts[begin:end])
        count = int(np.searchsorted(sizes, self._bytes_left, side="right"))
        records = _records(block, begin, begin + count)
        self._by_stretch[stretch] = self._by_stretch.get(stretch, b"") + records
        if stretch == self._opening.stretch:
            self._opening.add(block.ends[begin:end] - block.starts[begin:end], count)
        # Once one has no room, no later one is taken instead.
        self._bytes_left -= int(sizes[-1])
        self._bytes_left = max(self._bytes_left, 0)
        return count

    def _add_dropped(self, judged: Judgement, begin: int, end: int) -> None:
        """Some of the rows that were dropped: what is rare would hardly be met by chance."""
        room = self._room
        if room <= 0 or not self._dropped_left:
            return
        block, records = judged.fields.block, judged.fields.records
        dropped = records[judged.reasons != KEPT]
        dropped = dropped[(dropped >= begin) & (dropped < end)][: self._dropped_left]
        for record in dropped.tolist():
            text = _ended(_records(block, record, record + 1))
            if len(text) <= room:
                self._dropped.append(text)
                room -= len(text)
        self._dropped_left -= len(dropped)


class _Opening:
    """What a range has of the stretch that it begins within: the sizes of the records it took."""

    def __init__(self, stretch: int) -> None:
        self.stretch = stretch
        self.size = 0
        self._ends = np.empty(0, np.int64)

    def add(self, sizes: NDArray[np.int64], taken: int) -> None:
        """The next records, of which the first so many were taken."""
        self._ends = np.append(self._ends, self.taken + np.cumsum(sizes[:taken]))
        self.size += int(sizes.sum())

    @property
    def taken(self) -> int:
        """Bytes of the records that were taken."""
        return int(self._ends[-1]) if len(self._ends) else 0

    def fitting(self, size: int) -> int:
        """How many bytes of them are whole records that fit into so many bytes."""
        count = int(np.searchsorted(self._ends, size, side="right"))
        return int(self._ends[count - 1]) if count else 0


def _records(block: Block, begin: int, end: int) -> bytes:
    """Without the blank lines in between."""
    chosen = slice(begin, end)
    bounds = zip(block.starts[chosen].tolist(), block.ends[chosen].tolist(), strict=True)
    return b"".join(block.data[start:end] for start, end in bounds)


def _ended(text: bytes) -> bytes:
    return text if not text or text.endswith((b"\n", b"\r")) else text + b"\n"
