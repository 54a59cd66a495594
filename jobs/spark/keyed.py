"""What rule 3 needs of one range of a file: a row per record that has a key, and one of its own.

Arrow alone: Spark hands a range to it and shuffles what it gives.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.columns import arrow
from etl.errors import Refused
from etl.rules.judge import KEPT, Judgement, Rules
from etl.rules.repeats import Candidates
from etl.sink.csv_lines import DATE_FORMS, date_form_of
from etl.source.block import ByteRange
from etl.source.fields import split
from etl.source.file import Source
from etl.source.header import Header

# Spark has no unsigned numbers: a content hash is its 64 bits as a signed one.
COLUMNS: Final = {
    "part": "int",
    "line": "bigint",
    "key": "string",
    "content": "bigint",
    "good": "boolean",
    "form": "int",
    "refusal": "string",
}
NO_LINE: Final = -1
"""On this line stands the row of the range itself; its content is the range's number of records."""

_TYPES: Final = {
    "int": pa.int32(),
    "bigint": pa.int64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
}
SCHEMA: Final = pa.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])


def keyed_rows(
    source: Source, header: Header, part: int, records: ByteRange
) -> Iterator[pa.RecordBatch]:
    """Rows of SCHEMA; `form` is the place of the row's date among DATE_FORMS.

    A refusal ends the range's rows and stands in the last one: an exception would come out of
    Spark as text, and of several refusals the first of the file is the one to tell.
    """
    rules, count, form = Rules(header, source.description), 0, 0
    try:
        for piece in replace(source, parts=(records,)).pieces(header):
            block = piece.block()
            if block is None:
                continue
            judged = rules.judge(split(block, header))
            count += len(block)
            if rules.key:
                yield _rows(part, rules.compared(judged, *_all_keyed(judged)), judged)
            else:
                form = max(form, _longest_form(judged))
    except Refused as refused:
        yield _range_row(part, count, form, refused)
    else:
        yield _range_row(part, count, form, None)


def refusal_in(text: str) -> Refused:
    """The refusal that a range's row tells of."""
    told = json.loads(text)
    return Refused(told["reason"], told["message"], line=told["line"])


def refusal_text(refused: Refused) -> str:
    return json.dumps({"reason": refused.reason, "message": refused.message, "line": refused.line})


def _all_keyed(judged: Judgement) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = np.flatnonzero(judged.keyed)
    return rows, np.zeros(len(rows), np.int64)


def _rows(part: int, found: Candidates, judged: Judgement) -> pa.RecordBatch:
    count = len(found.rows)
    return pa.RecordBatch.from_arrays(
        [
            arrow.column(np.full(count, part, np.int32)),
            arrow.column(found.lines.astype(np.int64)),
            found.keys.cast(pa.string()),
            arrow.column(found.contents.view(np.int64)),
            arrow.mask(found.good),
            arrow.column(_forms(judged)[found.rows]),
            pa.nulls(count, pa.string()),
        ],
        schema=SCHEMA,
    )


def _range_row(part: int, count: int, form: int, refused: Refused | None) -> pa.RecordBatch:
    row = {
        "part": part,
        "line": NO_LINE,
        "key": None,
        "content": count,
        "good": True,
        "form": form,
        "refusal": refusal_text(refused) if refused else None,
    }
    return pa.RecordBatch.from_pylist([row], schema=SCHEMA)


def _forms(judged: Judgement) -> NDArray[np.int32]:
    """Of every row; that of a row whose date cannot be read means nothing."""
    dates = judged.order_date
    micros = dates.distinct.astype(np.int64)
    longer = (micros % 86_400_000_000 != 0).astype(np.int32)
    forms: NDArray[np.int32] = (longer + (micros % 1_000_000 != 0)).astype(np.int32)
    return forms.take(dates.indices)


def _longest_form(judged: Judgement) -> int:
    good = judged.order_date.indices[judged.reasons == KEPT]
    micros = judged.order_date.distinct.astype(np.int64)[good]
    return DATE_FORMS.index(date_form_of(micros))
