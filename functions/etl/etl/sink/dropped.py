"""rejected_rows.csv: every dropped row with its line, its reason and its original text."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.text import strip
from etl.rules.judge import CODES, REASONS, Judgement
from etl.sink.csv_lines import always_quoted, join_cells, quoted
from etl.sink.originals import originals

REJECTED_COLUMNS = ("line", "reason", "detail", "original")

_REASON_NAMES = arrow.texts(REASONS)
_FIRST_ON_LINE = arrow.text("first on line ")


@dataclass(frozen=True, slots=True)
class _Dropped:
    """Records of the block that go, each with its reason code and detail."""

    records: NDArray[np.int64]
    codes: NDArray[np.uint8]
    details: pa.StringArray


def dropped_lines(judged: Judgement) -> memoryview | None:
    """The block's dropped rows as CSV lines in the order of the file; None if there is none."""
    groups = [group for group in _groups(judged) if len(group.records)]
    if not groups:
        return None
    records = np.concatenate([group.records for group in groups])
    codes = np.concatenate([group.codes for group in groups])
    details = pa.concat_arrays([group.details for group in groups])
    order = np.argsort(records)
    records, block = records[order], judged.fields.block
    return join_cells(
        [
            pc.cast(arrow.column(block.lines[records]), pa.string()),
            _REASON_NAMES.take(arrow.column(codes[order])),
            quoted(details.take(arrow.column(order))),
            always_quoted(originals(block, records)),
        ]
    )


def _groups(judged: Judgement) -> Iterator[_Dropped]:
    fields, reasons = judged.fields, judged.reasons
    malformed = np.array(list(fields.malformed), np.int64)
    counts = np.array(list(fields.malformed.values()), np.int64)
    distinct, which = np.unique(counts, return_inverse=True)
    widths = arrow.texts([fields.told(count) for count in distinct])
    details = widths.take(arrow.column(which))
    yield _Dropped(malformed, _filled(malformed, "malformed_row"), details)
    repeats = judged.repeats
    lines = pc.cast(arrow.column(repeats.first_lines), pa.string())
    first = pc.binary_join_element_wise(_FIRST_ON_LINE, lines, arrow.EMPTY)
    yield _Dropped(fields.records[repeats.rows], reasons[repeats.rows], first)
    for column in ("quantity", "order_date", "price"):
        name = f"invalid_{column}"
        rows = np.flatnonzero(reasons == CODES[name])
        texts = strip(judged.texts[column].take(arrow.column(rows)))
        yield _Dropped(fields.records[rows], _filled(rows, name), texts)
    for name in ("repeated_header", "missing_order_id", "missing_order_date"):
        rows = np.flatnonzero(reasons == CODES[name])
        yield _Dropped(fields.records[rows], _filled(rows, name), arrow.empty_texts(len(rows)))


def _filled(rows: NDArray[np.int64], reason: str) -> NDArray[np.uint8]:
    return np.full(len(rows), CODES[reason], np.uint8)
