"""A trace drawn as a waterfall: a row per segment, its bar where its time lies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from samulator.traces.segment import Segment
from samulator.traces.tree import Trace, end_of

_LEAST_BAR = 10
_LEAST_LABEL = 12
_DURATION = 10  # columns


@dataclass(frozen=True)
class Stretch:
    """Time in which something went on, in seconds since the epoch."""

    start: float
    end: float

    def columns(self, segment: Segment, width: int) -> tuple[int, int]:
        """Where a bar of the segment begins, and how long it is, of `width` columns."""
        scale = width / ((self.end - self.start) or 1)
        begin = min(int((segment.start - self.start) * scale), width - 1)
        length = round((end_of(segment) - segment.start) * scale)
        return begin, max(1, min(length, width - begin))


def waterfall(trace: Trace, width: int, *, mark: str = "█") -> Iterator[str]:
    """Yield the lines. Where nothing went on for long a line says so, and the scale begins anew."""
    rows = [*trace.walk()]
    labels = [_label(depth, segment) for depth, segment in rows]
    room = min(max(map(len, labels)), max(width * 2 // 5, _LEAST_LABEL))
    bar = max(width - room - _DURATION - 4, _LEAST_BAR)
    stretches = stretches_of([segment for _, segment in rows])
    current = stretches[0]
    yield heading(trace)
    for (_, segment), label in zip(rows, labels, strict=True):
        stretch = next(each for each in stretches if segment.start <= each.end)
        if stretch is not current:
            yield f"  {duration(stretch.start - current.end)} later"
            current = stretch
        begin, length = stretch.columns(segment, bar)
        drawn = " " * begin + mark * length
        took = "unfinished" if segment.end is None else duration(segment.end - segment.start)
        failure = f"  {segment.failure}" if segment.failure else ""
        yield f"{_cut(label, room):<{room}}  {drawn:<{bar}}{took:>{_DURATION}}{failure}"


def heading(trace: Trace) -> str:
    """The trace in one line: when, its id, how long it took, what it began with, how it ended."""
    rows = [segment for _, segment in trace.walk()]
    moment = datetime.fromtimestamp(trace.start)
    # An error may be an expected answer, such as that an object is not there.
    faults = [segment.failure for segment in rows if segment.failure == "fault"]
    return "  ".join(
        [
            f"{moment:%Y-%m-%d %H:%M:%S}",
            trace.id,
            duration(sum(each.end - each.start for each in stretches_of(rows))),
            _label(0, rows[0]),
            *_statuses(rows),
            f"{len(rows)} span{'' if len(rows) == 1 else 's'}",
            *faults[:1],
        ]
    )


def _statuses(rows: Sequence[Segment]) -> list[str]:
    """What a function says itself, by the annotation `status` of a span of its own."""
    told = dict.fromkeys(segment.annotations.get("status", "") for segment in rows[1:])
    return [_plain(", ".join(filter(None, told)))] if any(told) else []


def stretches_of(segments: Sequence[Segment]) -> list[Stretch]:
    """Stretches between pauses in which nothing went on for longer than all before them."""
    found: list[Stretch] = []
    for segment in sorted(segments, key=lambda each: each.start):
        last = found[-1] if found else None
        if last is None or segment.start - last.end > max(last.end - found[0].start, 0.001):
            found.append(Stretch(segment.start, end_of(segment)))
        else:
            found[-1] = Stretch(last.start, max(last.end, end_of(segment)))
    return found


def duration(seconds: float) -> str:
    """As people read it: "0.42 ms", "12 ms", "3.4 s" or "95 s"."""
    milliseconds = seconds * 1000
    if milliseconds < 10:
        return f"{milliseconds:.2f} ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds:.0f} s"


def _label(depth: int, segment: Segment) -> str:
    detail = f" {segment.detail}" if segment.detail else ""
    return f"{'  ' * depth}{_plain(segment.name)}{_plain(detail)}"


def _plain(text: str) -> str:
    """Without what would move the terminal's cursor: anybody may send a name."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
