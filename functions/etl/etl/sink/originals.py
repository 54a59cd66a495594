"""The records as they stand in the file: copied to the outputs wherever nothing has changed."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.decimals import are_shortest_decimals
from etl.columns.text import is_empty
from etl.sink.table import Kept, number_texts
from etl.source.block import Block

_LF, _CR = b"\n\r"


def with_gaps(block: Block) -> pa.StringArray:
    """Without a copy: element 2 i is record i with its line end, the others are in between."""
    bounds = np.empty(2 * len(block), np.int32)
    bounds[0::2], bounds[1::2] = block.starts, block.ends
    return pa.StringArray.from_buffers(
        len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(block.data)
    )


def originals(block: Block, records: NDArray[np.int64]) -> pa.StringArray:
    """Some of the records, without their line ends."""
    return pc.utf8_rtrim(with_gaps(block).take(arrow.column(2 * records)), characters="\r\n")


def are_canonical(kept: Kept, date_type: pa.DataType) -> NDArray[np.bool_]:
    """Which kept rows stand in the file just as the CSV shall have them.

    A price may do so without being found here: then it is written anew, as the same text.
    """
    if not kept.judged.fields.header.is_verbatim:
        return np.zeros(len(kept), bool)
    canonical = _have_plain_lines(kept)
    completed = kept.judged.fields.completed
    if len(completed):
        canonical &= ~np.isin(kept.rows, completed)
    for name, judged in kept.judged.numbers.items():
        if name == "price":
            same = are_shortest_decimals(judged.texts)
        else:
            shown = number_texts(name, judged, date_type)
            same = arrow.booleans(pc.equal(shown, judged.texts))
        if not same.all():
            canonical &= same[judged.indices[kept.rows]]
    for name in kept.judged.texts.keys() - kept.judged.numbers.keys():
        _clear_changed_texts(canonical, kept, name)
    return canonical


def _have_plain_lines(kept: Kept) -> NDArray[np.bool_]:
    """Which rows have no quote and end in LF alone."""
    block = kept.judged.fields.block
    records = kept.judged.fields.records[kept.rows]
    octets = np.frombuffer(block.data, np.uint8)
    ends = block.ends[records]
    plain: NDArray[np.bool_] = (octets[ends - 1] == _LF) & (octets[ends - 2] != _CR)
    if b'"' in block.data:
        quotes = np.flatnonzero(octets == ord('"'))
        quoted = np.zeros(len(block) + 1, bool)
        quoted[np.searchsorted(block.starts, quotes, side="right") - 1] = True
        plain &= ~quoted[records]
    return plain


def _clear_changed_texts(canonical: NDArray[np.bool_], kept: Kept, name: str) -> None:
    """Unset the rows whose text has lost its blanks."""
    before, after = kept.judged.fields.columns[name], kept.judged.texts[name]
    if after is not before:
        canonical &= arrow.booleans(pc.equal(after, before))[kept.rows]
    column = kept.table.column(name).chunk(0)
    if column.null_count:
        blank = arrow.booleans(pc.is_null(column)) & ~is_empty(before)[kept.rows]
        canonical &= ~blank
