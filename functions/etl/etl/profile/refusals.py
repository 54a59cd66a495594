"""The values that dropped rows, counted while the rules run, in bounded memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from etl.columns import arrow
from etl.report.advice import RefusedValue
from etl.rules.judge import DUPLICATES, KEPT, REASONS, Judgement
from etl.sink.originals import originals

# Of a block the most frequent ones, of a file these many; the rest is counted by its reason alone.
_PER_BLOCK: Final = 16
# Ids that repeat seldom repeat often: some of a block are enough.
_REPEATS_PER_BLOCK: Final = 1000
_PER_REASON: Final = 1000
_SHOWN: Final = 8
_LINES: Final = 3
_LONGEST: Final = 200
_OF_VALUES: Final = {f"invalid_{name}": name for name in ("quantity", "order_date", "price")}


@dataclass(slots=True)
class _Seen:
    count: int = 0
    lines: list[int] = field(default_factory=list)
    original: str | None = None


class Refusals:
    """By reason: values, how often at least, on which lines first."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, _Seen]] = {}

    def add(self, judged: Judgement) -> None:
        """Take in a block, in the order of the file."""
        counts = np.bincount(judged.reasons, minlength=len(REASONS))
        for code in np.flatnonzero(counts):
            if code != KEPT:
                rows = np.flatnonzero(judged.reasons == code)
                self._add_rows(REASONS[code], judged, rows)
        for width, records in _by_width(judged.fields.malformed).items():
            text = f"{width} fields, not {len(judged.fields.header.cells)}"
            self._note("malformed_row", text, len(records), records, judged)

    def most_frequent(self) -> dict[str, tuple[RefusedValue, ...]]:
        """By reason, the most frequent first."""
        return {
            reason: tuple(
                RefusedValue(
                    value=value or None,
                    count=seen.count,
                    lines=tuple(seen.lines),
                    original=seen.original,
                )
                for value, seen in sorted(values.items(), key=lambda item: -item[1].count)[:_SHOWN]
            )
            for reason, values in self._seen.items()
        }

    def _add_rows(self, reason: str, judged: Judgement, rows: NDArray[np.int64]) -> None:
        records = judged.fields.records[rows]
        if reason in _OF_VALUES:
            column = judged.numbers[_OF_VALUES[reason]]
            texts, indices = column.texts, column.indices[rows]
        elif reason in DUPLICATES:
            rows, records = rows[:_REPEATS_PER_BLOCK], records[:_REPEATS_PER_BLOCK]
            ids = judged.texts["order_id"].take(arrow.column(rows)).dictionary_encode()
            texts, indices = ids.dictionary, arrow.numbers(ids.indices, np.int32)
        else:
            self._note(reason, "", len(rows), records[:_LINES].tolist(), judged)
            return
        counts = np.bincount(indices, minlength=len(texts))
        # Few of the distinct values are refused. Stable: of equally frequent ones the first of the
        # file come first.
        refused = np.flatnonzero(counts)
        most = refused[np.argsort(-counts[refused], kind="stable")[:_PER_BLOCK]]
        for text, index in zip(texts.take(arrow.column(most)).to_pylist(), most, strict=True):
            value = text.strip()
            found: list[int] = []
            if self._wants_lines(reason, value):
                found = records[np.flatnonzero(indices == index)[:_LINES]].tolist()
            self._note(reason, value, int(counts[index]), found, judged)

    def _wants_lines(self, reason: str, value: str) -> bool:
        values = self._seen.get(reason, {})
        seen = values.get(_shortened(value))
        return len(values) < _PER_REASON if seen is None else len(seen.lines) < _LINES

    def _note(
        self, reason: str, value: str, count: int, records: Sequence[int], judged: Judgement
    ) -> None:
        values = self._seen.setdefault(reason, {})
        value = _shortened(value)
        if value not in values and len(values) >= _PER_REASON:
            return
        seen = values.setdefault(value, _Seen())
        seen.count += count
        block = judged.fields.block
        seen.lines += block.lines[list(records[: _LINES - len(seen.lines)])].tolist()
        if reason not in _OF_VALUES and len(values) <= _SHOWN and seen.original is None:
            row = originals(block, np.array(records[:1], np.int64))
            seen.original = _shortened(row[0].as_py())


def _by_width(malformed: Mapping[int, int]) -> dict[int, list[int]]:
    records: dict[int, list[int]] = {}
    for record, width in malformed.items():
        records.setdefault(width, []).append(record)
    return records


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
