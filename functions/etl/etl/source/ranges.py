"""Exact ranges of whole records of a file, and the line that each begins on.

Where a file may be cut is not to be seen at the place itself: a line end may stand inside quotes.
So each stretch of the file is surveyed from where a record probably begins to the first one behind
its target. Where that is not where the next stretch was surveyed from, the next one is surveyed
once more, until all agree. The records are cut by the code that cuts them to be cleaned.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from etl.errors import Refused
from etl.source.block import MAX_RECORD_BYTES, ByteRange
from etl.source.file import Source
from etl.source.header import Header


@dataclass(frozen=True, slots=True)
class Stretch:
    """From where a record may begin to the first one that begins at `target` or behind it."""

    begin: int
    target: int

    @property
    def is_empty(self) -> bool:
        return self.begin >= self.target


@dataclass(frozen=True, slots=True)
class Survey:
    """Where a stretch ends and how many lines it has; `end` is None if no record ends there."""

    end: int | None
    lines: int = 0


Each = Callable[[Callable[[Stretch], Survey], Sequence[Stretch]], Iterable[Survey]]


def plan(
    source: Source, header: Header, targets: Sequence[int], each: Each = map
) -> list[ByteRange]:
    """The records below the header in ranges that begin near these bytes, in order.

    There are fewer ranges where one record spans several targets, and a single one where the file
    can only be read from its beginning. `each` surveys stretches, as `map` does.
    """
    first = source.data_range(header)
    if not source.is_divisible or first.begin == first.end:
        return [first]
    inside = sorted({target for target in targets if first.begin < target < first.end})
    begins = [first.begin, *map(source.next_line, inside)]
    stretches, surveys = _agreed(source, header, begins, [*inside, first.end], each)
    ranges, line = [], first.line
    ends = [*(stretch.begin for stretch in stretches[1:]), first.end]
    for stretch, end in zip(stretches, ends, strict=True):
        if stretch.begin < end:
            ranges.append(ByteRange(stretch.begin, end, line))
            line += surveys[stretch].lines if stretch in surveys else 0
    return ranges


def _agreed(
    source: Source, header: Header, begins: list[int], targets: list[int], each: Each
) -> tuple[list[Stretch], dict[Stretch, Survey]]:
    """Stretches of which each begins where the one before it ends; the last needs no survey."""
    known: dict[Stretch, Survey] = {}
    look = partial(survey, source, header)
    while True:
        stretches = [Stretch(*pair) for pair in zip(begins, targets, strict=True)]
        new = [one for one in stretches[:-1] if not one.is_empty and one not in known]
        known.update(zip(new, each(look, new), strict=True))
        found = [begins[0], *(_end(one, known, targets[-1]) for one in stretches[:-1])]
        if found == begins:
            return stretches, known
        begins = found


def _end(stretch: Stretch, known: dict[Stretch, Survey], last: int) -> int:
    if stretch.is_empty:
        return stretch.begin
    end = known[stretch].end
    return last if end is None else end


def survey(source: Source, header: Header, stretch: Stretch) -> Survey:
    """Cut the records of a stretch, on the assumption that one begins where it does."""
    cutter = source.cutter(header)
    begin, end, step = stretch.begin, source.next_line(stretch.target), 1
    try:
        while True:
            for chunk in source.text(ByteRange(begin, end, 1)):
                cutter.cut(chunk)
            if cutter.is_between_records:
                return Survey(end, cutter.line - header.first_data_line)
            if end - stretch.target > MAX_RECORD_BYTES:
                return Survey(None)
            # The target is inside of a record: look at ever more lines behind it.
            begin, end, step = end, source.next_line(end + step), 2 * step
            if begin == end:
                return Survey(None)
    except Refused:
        # Whoever cleans the range says why, if it does begin there.
        return Survey(None)
