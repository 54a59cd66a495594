"""The values that dropped rows, counted while the rules run, in bounded memory."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.columns import arrow
from etl.profile.frequent import Frequent, Occurrences, Positions
from etl.report.advice import RefusedValue
from etl.rules.judge import DUPLICATES, KEPT, REASONS, Judgement
from etl.sink.originals import originals

_SHOWN: Final = 8
_OF_VALUES: Final = {f"invalid_{name}": name for name in ("quantity", "order_date", "price")}
_NO_VALUE: Final = arrow.texts([""])


class Refusals:
    """By reason: values, how often at least, on which lines first."""

    def __init__(self) -> None:
        self._by_reason: dict[str, Frequent] = {}

    def add(self, judged: Judgement) -> None:
        """Take in a block, in the order of the file."""
        dropped = np.flatnonzero(judged.reasons != KEPT)
        codes = judged.reasons[dropped]
        for code in np.flatnonzero(np.bincount(codes, minlength=len(REASONS))):
            self._note(REASONS[code], _refused(REASONS[code], judged, dropped[codes == code]))
        if judged.fields.malformed:
            self._note("malformed_row", _malformed(judged, judged.fields.malformed))

    def merge(self, other: "Refusals") -> None:
        """Take in what later rows of the file were dropped for."""
        for reason, found in other._by_reason.items():
            self._by_reason.setdefault(reason, Frequent()).merge(found)

    def most_frequent(self) -> dict[str, tuple[RefusedValue, ...]]:
        """By reason, in the order of the rules, the most frequent first."""
        found = self._by_reason
        return {reason: found[reason].most(_SHOWN) for reason in REASONS if reason in found}

    def _note(self, reason: str, rows: Occurrences) -> None:
        if reason not in self._by_reason:
            self._by_reason[reason] = Frequent()
        self._by_reason[reason].add(rows)


def _refused(reason: str, judged: Judgement, rows: NDArray[np.int64]) -> Occurrences:
    records = judged.fields.records[rows]
    if reason in _OF_VALUES:
        column = judged.numbers[_OF_VALUES[reason]]
        lines = judged.fields.block.lines[records]
        return Occurrences(column.texts, column.indices[rows], lines)
    if reason in DUPLICATES:
        ids = judged.texts["order_id"].take(arrow.column(rows))
        return _quoted(judged, records, ids, np.arange(len(ids), dtype=np.int32))
    return _quoted(judged, records, _NO_VALUE, np.zeros(len(rows), np.int32))


def _malformed(judged: Judgement, widths: Mapping[int, int]) -> Occurrences:
    """By how many fields there are."""
    records = np.array(sorted(widths), np.int64)
    different, indices = np.unique([widths[record] for record in records], return_inverse=True)
    texts = arrow.texts([judged.fields.told(width) for width in different])
    return _quoted(judged, records, texts, indices.astype(np.int32))


def _quoted(
    judged: Judgement, records: Positions, texts: pa.StringArray, indices: NDArray[np.int32]
) -> Occurrences:
    block = judged.fields.block
    lines = block.lines[records]
    return Occurrences(texts, indices, lines, lambda at: originals(block, records[at]))
