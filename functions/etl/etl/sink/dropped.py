"""rejected_rows.csv: every dropped row with its line, its reason and its original text."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules.judge import CODES, KEPT, REASONS, Judgement
from etl.sink.csv_lines import always_quoted, join_cells, quoted
from etl.source.records import Block

REJECTED_COLUMNS = ("line", "reason", "detail", "original")

_REASON_NAMES = pa.array(REASONS)


def dropped_lines(judged: Judgement) -> memoryview | None:
    """The block's dropped rows as CSV lines in the order of the file; None if there is none."""
    fields = judged.fields
    bad = np.flatnonzero(judged.reasons != KEPT)
    if not len(bad) and not fields.malformed:
        return None
    malformed = np.array(sorted(fields.malformed), np.int64)
    records = np.concatenate((fields.records[bad], malformed))
    codes = np.concatenate(
        (judged.reasons[bad], np.full(len(malformed), CODES["malformed_row"], np.uint8))
    )
    details = pa.concat_arrays([_details(judged, bad), _widths(judged, malformed)])
    order = np.argsort(records, kind="stable")
    records = records[order]
    return join_cells(
        [
            pc.cast(pa.array(fields.block.lines[records]), pa.string()),
            _REASON_NAMES.take(pa.array(codes[order])),
            quoted(details.take(pa.array(order))),
            always_quoted(originals(fields.block, records)),
        ]
    )


def originals(block: Block, records: NDArray[np.int64]) -> pa.StringArray:
    """The records as they stand in the file, without their line ends."""
    begin, end = block.starts[records], block.ends[records]
    lengths = end - begin
    ends = lengths.cumsum()
    # One gather of all bytes: for each output byte, where in the block it stands.
    source = np.arange(ends[-1]) + np.repeat(begin - (ends - lengths), lengths)
    data = np.frombuffer(block.data, np.uint8)[source]
    bounds = np.concatenate(([0], ends)).astype(np.int32)
    texts = pa.StringArray.from_buffers(len(records), pa.py_buffer(bounds), pa.py_buffer(data))
    return pc.utf8_rtrim(texts, characters="\r\n")


def _widths(judged: Judgement, malformed: NDArray[np.int64]) -> pa.StringArray:
    expected, found = len(judged.texts), judged.fields.malformed
    return pa.array([f"{found[row]} fields, not {expected}" for row in malformed], pa.string())


def _details(judged: Judgement, rows: NDArray[np.int64]) -> pa.StringArray:
    """What was wrong in this row: the offending value, or the line of the row that stays."""
    details = np.full(len(judged.reasons), "", object)
    for column in ("quantity", "order_date", "price"):
        wrong = np.flatnonzero(judged.reasons == CODES[f"invalid_{column}"])
        details[wrong] = judged.texts[column].take(pa.array(wrong)).to_pylist()
    repeats = judged.repeats
    details[repeats.rows] = [f"first on line {line}" for line in repeats.first_lines.tolist()]
    return pa.array(details[rows], pa.string())
