"""A sample of all rows as a small file: the first ones, and some of each stretch of the file."""

from typing import Final

import numpy as np

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
    """Records as they stand in the file, in standard CSV and UTF-8, without the header."""

    def __init__(self) -> None:
        self._by_stretch: dict[int, bytes] = {}
        self._dropped = b""
        self._stride = 1
        self._rows = 0
        # What the stretch that a block ends in may still give.
        self._bytes_left = 0
        self._dropped_left = 0
        self.is_complete = True

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
        return b"".join(map(_ended, self._by_stretch.values())) + self._dropped

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
        # Once one has no room, no later one is taken instead.
        self._bytes_left -= int(sizes[-1])
        self._bytes_left = max(self._bytes_left, 0)
        return count

    def _add_dropped(self, judged: Judgement, begin: int, end: int) -> None:
        """Some of the rows that were dropped: what is rare would hardly be met by chance."""
        room = _DROPPED_BYTES - len(self._dropped)
        if room <= 0 or not self._dropped_left:
            return
        block, records = judged.fields.block, judged.fields.records
        dropped = records[judged.reasons != KEPT]
        dropped = dropped[(dropped >= begin) & (dropped < end)][: self._dropped_left]
        for record in dropped.tolist():
            text = _ended(_records(block, record, record + 1))
            if len(text) <= room:
                self._dropped += text
                room -= len(text)
        self._dropped_left -= len(dropped)


def _records(block: Block, begin: int, end: int) -> bytes:
    """Without the blank lines in between."""
    chosen = slice(begin, end)
    bounds = zip(block.starts[chosen].tolist(), block.ends[chosen].tolist(), strict=True)
    return b"".join(block.data[start:end] for start, end in bounds)


def _ended(text: bytes) -> bytes:
    return text if not text or text.endswith((b"\n", b"\r")) else text + b"\n"
