"""Segments put together: which trace they belong to, and which is inside which."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from samulator.traces.segment import Segment


@dataclass(frozen=True)
class Span:
    """One segment and what it holds, by the time at which it began."""

    segment: Segment
    inner: tuple["Span", ...]

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Segment]]:
        """This segment and all below, each with its depth, as they are read from the top."""
        yield depth, self.segment
        for span in self.inner:
            yield from span.walk(depth + 1)


@dataclass(frozen=True)
class Trace:
    """All that is known of one request; `roots` have no parent here, as where one is lost."""

    id: str
    roots: tuple[Span, ...]

    def walk(self) -> Iterator[tuple[int, Segment]]:
        """Every segment with its depth, as they are read from the top."""
        for root in self.roots:
            yield from root.walk()

    @property
    def start(self) -> float:
        """When it began, in seconds since the epoch."""
        return min(segment.start for _, segment in self.walk())

    @property
    def end(self) -> float:
        """When the last of it ended, or began where that end is not known."""
        return max(end_of(segment) for _, segment in self.walk())

    def answers_to(self, text: str) -> bool:
        """Whether `text` begins its id or is an annotation, as an id of a request may be."""
        annotations = (
            value for _, segment in self.walk() for value in segment.annotations.values()
        )
        return self.id.startswith(text) or text in annotations


def end_of(segment: Segment) -> float:
    """Its end, or its start where it has not ended."""
    return segment.start if segment.end is None else segment.end


def traces(segments: Iterable[Segment]) -> list[Trace]:
    """The traces that the segments make, the oldest first.

    A segment that was sent again, as at its end, counts as it was sent last.
    """
    by_trace: dict[str, dict[str, Segment]] = {}
    for segment in segments:
        by_trace.setdefault(segment.trace_id, {})[segment.id] = segment
    found = [Trace(id, _roots(by_id)) for id, by_id in by_trace.items()]
    return sorted(found, key=lambda trace: trace.start)


def _roots(by_id: Mapping[str, Segment]) -> tuple[Span, ...]:
    inside: dict[str, list[Segment]] = {}
    for segment in by_id.values():
        inside.setdefault(segment.parent_id or "", []).append(segment)
    placed: set[str] = set()

    def span_of(segment: Segment) -> Span:
        placed.add(segment.id)
        inner = [each for each in inside.get(segment.id, []) if each.id not in placed]
        return Span(segment, tuple(map(span_of, _by_start(inner))))

    tops = [segment for segment in by_id.values() if segment.parent_id not in by_id]
    spans = [span_of(segment) for segment in _by_start(tops)]
    # Those that say they are inside each other are below none of the tops.
    spans += [span_of(each) for each in _by_start(by_id.values()) if each.id not in placed]
    return tuple(spans)


def _by_start(segments: Iterable[Segment]) -> Sequence[Segment]:
    return sorted(segments, key=lambda segment: segment.start)
