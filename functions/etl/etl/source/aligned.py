"""Columns of a text without quotes in which every line has all its cells: a look at its bytes."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.text import Columns
from etl.source.header import Header

_LF, _CR = b"\n\r"


def aligned_columns(text: memoryview, header: Header, names: Sequence[str]) -> Columns | None:
    """These columns of lines that end in LF or CRLF; None if some line has another width.

    A third of the work of a parser where one column is wanted of many, less than it for all.
    """
    octets = np.frombuffer(text, np.uint8)
    ends = _ends_of_cells(octets, header)
    if ends is None:
        return None
    every_other = arrow.column(np.arange(0, 2 * len(ends), 2, dtype=np.int32))
    spread = {name: _spread(octets, ends, header.cells.index(name)) for name in names}
    return {name: _filled(cells.take(every_other)) for name, cells in spread.items()}


def _filled(values: pa.StringArray) -> pa.StringArray:
    """A column without nulls that does not say so of each row: that takes filters as long again."""
    _, bounds, data = values.buffers()
    return pa.StringArray.from_buffers(len(values), bounds, data or pa.py_buffer(b""))


def _ends_of_cells(octets: NDArray[np.uint8], header: Header) -> NDArray[np.int32] | None:
    """Where the cells end, a row for each line."""
    width = len(header.cells)
    line_ends = octets == _LF
    rows = int(np.count_nonzero(line_ends))
    ends = np.flatnonzero(line_ends | (octets == ord(header.delimiter)))
    # A single column may be missing without a trace: a blank line is no record.
    if width == 1 or not line_ends[-1] or len(ends) != rows * width:
        return None
    table = ends.astype(np.int32).reshape(rows, width)
    return table if line_ends[table[:, -1]].all() else None


def _spread(octets: NDArray[np.uint8], ends: NDArray[np.int32], position: int) -> pa.StringArray:
    """Without a copy: element 2 i is the cell of row i, the others are what stands between."""
    end = ends[:, position]
    before = ends[:, position - 1] if position else np.append(-1, ends[:-1, -1])
    if position == ends.shape[1] - 1:
        end = end - (octets[end - 1] == _CR)
    bounds = np.empty(2 * len(ends), np.int32)
    bounds[0::2], bounds[1::2] = before + 1, end
    return pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(octets))
