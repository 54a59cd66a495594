"""Row groups of one size, wherever the blocks that bring the rows end."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.columns.text import octets, offsets

ROW_GROUP_ROWS = 1 << 17
# Rows of more than a kilobyte make smaller groups: a group waits in memory until it is whole.
ROW_GROUP_BYTES = 128 << 20


class RowGroups:
    """Takes tables in order and gives them back as groups.

    A group ends with the row that makes it ROW_GROUP_ROWS long, or ROW_GROUP_BYTES by its texts
    and eight bytes for each number: that depends on the rows alone.
    """

    def __init__(self) -> None:
        self._waiting: list[pa.Table] = []
        self._rows = 0
        self._bytes = 0

    def add(self, table: pa.Table) -> Iterator[pa.Table]:
        """Yield the groups that the table makes whole."""
        while table.num_rows:
            fitting = self._fitting(table)
            if fitting is None:
                self._wait(table, _size(table))
                return
            self._wait(table.slice(0, fitting), 0)
            yield self._group()
            table = table.slice(fitting)

    def rest(self) -> Iterator[pa.Table]:
        """Yield what is left once no more rows come."""
        if self._rows:
            yield self._group()

    def _fitting(self, table: pa.Table) -> int | None:
        """How many rows of the table end the group; None if they do not."""
        fitting = ROW_GROUP_ROWS - self._rows
        if self._bytes + _size(table) >= ROW_GROUP_BYTES:
            reached = self._bytes + np.cumsum(_sizes(table)) >= ROW_GROUP_BYTES
            fitting = min(fitting, int(np.argmax(reached)) + 1)
        return fitting if fitting <= table.num_rows else None

    def _wait(self, table: pa.Table, size: int) -> None:
        self._waiting.append(table)
        self._rows += table.num_rows
        self._bytes += size

    def _group(self) -> pa.Table:
        # In one piece: where Parquet's pages end depends on where its input's arrays end.
        group = pa.concat_tables(self._waiting).combine_chunks()
        self._waiting, self._rows, self._bytes = [], 0, 0
        return group


def _size(table: pa.Table) -> int:
    """Bytes of all rows: the same as the sum of `_sizes`, for less."""
    arrays = [column.chunk(0) for column in table.columns]
    return sum(
        len(octets(array)) if pa.types.is_string(array.type) else 8 * len(array) for array in arrays
    )


def _sizes(table: pa.Table) -> NDArray[np.int64]:
    """Bytes of each row."""
    sizes = np.zeros(table.num_rows, np.int64)
    for column in table.columns:
        array = column.chunk(0)
        sizes += np.diff(offsets(array)) if pa.types.is_string(array.type) else 8
    return sizes
