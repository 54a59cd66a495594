"""Records that hold what two rows do, for a quote that is closed late or a missing line end."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from etl.rules.judge import Judgement
from etl.source.block import Block

_MOST_BYTES: Final = 1 << 15
# Of one that a late quote has made long, as thousands of rows.
_LONGEST: Final = 1 << 20


class OddRows:
    """The first of the file, as they stand in it: one among millions matters."""

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._room = _MOST_BYTES

    def add(self, judged: Judgement) -> None:
        """Take in a block, in the order of the file."""
        if self._room > 0:
            block = judged.fields.block
            self._take(block.data[block.starts[i] : block.ends[i]] for i in _odd_records(judged))

    def merge(self, other: "OddRows") -> None:
        """Take in those of the records that follow."""
        self._take(other._texts)

    def missing_in(self, text: bytes) -> bytes:
        """Those that a sample of the file lacks, each with its line's end."""
        return b"".join(one + b"\n" for one in self._texts if one not in text)

    def _take(self, texts: Iterable[bytes]) -> None:
        """Until there is no room, so that it does not matter how the rows come; one in any case."""
        for text in (record.rstrip(b"\r\n") for record in texts):
            self._room -= len(text)
            if self._room > 0 or (not self._texts and len(text) <= _LONGEST):
                self._texts.append(text)
            else:
                break


def _odd_records(judged: Judgement) -> list[int]:
    """Of the block's records, in their order.

    Nothing is looked into that has neither a quote nor another width than the header.
    """
    fields, width = judged.fields, len(judged.fields.header.cells)
    odd = {record for record, there in fields.malformed.items() if there == 2 * width - 1}
    if b'"' in fields.block.data:
        delimiter = fields.header.delimiter.encode()
        is_even = not (fields.malformed or len(fields.completed))
        odd.update(_of_several_lines(fields.block, delimiter, width - 1, is_even=is_even))
    return sorted(odd)


def _of_several_lines(block: Block, delimiter: bytes, each: int, *, is_even: bool) -> list[int]:
    """Records with a line end inside and the delimiters of two, where a row has so many of `each`.

    `is_even`: no record has fewer than that.
    """
    # The next record begins more than a line on; where that of the next block does nobody knows.
    several = np.append(np.flatnonzero(np.diff(block.lines) > 1), len(block) - 1)
    first, last = int(block.starts[several[0]]), int(block.ends[-1])
    marks = np.frombuffer(block.data, np.uint8)[first:last] == delimiter[0]
    rows = len(block) - int(several[0])
    if is_even and np.count_nonzero(marks) < (rows + 1) * each:
        return []
    before = np.concatenate(([0], np.cumsum(marks, dtype=np.int32)))
    counts = before[block.ends[several] - first] - before[block.starts[several] - first]
    return [one for one in several[counts >= 2 * each].tolist() if _has_line_end(block, one)]


def _has_line_end(block: Block, record: int) -> bool:
    text = block.data[block.starts[record] : block.ends[record]].rstrip(b"\r\n")
    return b"\n" in text or b"\r" in text
