"""A sample of all rows as a small file: the first ones, and some of every block."""

from typing import Final

import numpy as np

from etl.rules.judge import KEPT, Judgement
from etl.source.block import Block

_FIRST_BYTES: Final = 1 << 19
_BLOCK_BYTES: Final = 1 << 12
_DROPPED_BYTES: Final = 1 << 15
_MAX_PIECES: Final = 64


class Sample:
    """Records as they stand in the file, in standard CSV and UTF-8, without the header."""

    def __init__(self) -> None:
        self._first = b""
        self._pieces: list[bytes] = []
        self._dropped = b""
        self._stride = 1
        self._blocks = 0
        self.is_complete = True

    def add(self, judged: Judgement) -> None:
        """Take in a block, in the order of the file."""
        block = judged.fields.block
        if self._blocks == 0:
            self._first, taken = _piece(block, _FIRST_BYTES)
        elif self._blocks % self._stride == 0:
            piece, taken = _piece(block, _BLOCK_BYTES)
            self._keep(piece)
        else:
            taken = 0
        self._blocks += 1
        if taken < len(block):
            self.is_complete = False
            self._add_dropped(judged, taken)

    @property
    def text(self) -> bytes:
        """Whole records, each with its line's end."""
        return _ended(self._first) + b"".join(map(_ended, self._pieces)) + self._dropped

    def _keep(self, piece: bytes) -> None:
        """However long the file, the pieces are as many at most, and evenly spread."""
        self._pieces.append(piece)
        if len(self._pieces) >= _MAX_PIECES:
            self._pieces = self._pieces[1::2]
            self._stride *= 2
            self.is_complete = False

    def _add_dropped(self, judged: Judgement, taken: int) -> None:
        """Some of the rows that were dropped: what is rare would hardly be met by chance."""
        room = _DROPPED_BYTES - len(self._dropped)
        if room <= 0:
            return
        block, records = judged.fields.block, judged.fields.records
        dropped = records[judged.reasons != KEPT]
        for record in dropped[dropped >= taken][:_MAX_PIECES].tolist():
            text = block.data[block.starts[record] : block.ends[record]]
            if len(text) <= room:
                self._dropped += _ended(text)
                room -= len(text)


def _piece(block: Block, size: int) -> tuple[bytes, int]:
    """The first records of a block up to so many bytes, and how many these are."""
    begin = int(block.starts[0])
    count = int(np.searchsorted(block.ends, begin + size, side="right"))
    return (block.data[begin : int(block.ends[count - 1])], count) if count else (b"", 0)


def _ended(text: bytes) -> bytes:
    return text if not text or text.endswith((b"\n", b"\r")) else text + b"\n"
