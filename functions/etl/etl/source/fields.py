"""From a block of records to columns of text; records of the wrong width stand aside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from etl.source.header import Header
from etl.source.records import Block


@dataclass(frozen=True, slots=True)
class Fields:
    """Text columns of the well-formed records of a block.

    `records[i]` is the block's record that row i came from; `malformed` maps the others to
    their number of fields.
    """

    block: Block
    columns: dict[str, pa.StringArray]
    records: NDArray[np.int64]
    malformed: dict[int, int]

    def __len__(self) -> int:
        return len(self.records)


def split(block: Block, header: Header, *, only: Sequence[str] = ()) -> Fields:
    """Split every record of the block; with `only`, just these columns are built."""
    malformed: dict[int, int] = {}

    def set_aside(row: csv.InvalidRow) -> str:
        malformed[row.number - 1] = row.actual_columns
        return "skip"

    table = csv.read_csv(
        pa.BufferReader(block.regular),
        read_options=csv.ReadOptions(
            use_threads=False,
            column_names=list(header.names),
            # One Arrow chunk per block; the reader wants room for at least one byte more.
            block_size=len(block.regular) + 1,
        ),
        parse_options=csv.ParseOptions(
            delimiter=header.delimiter,
            newlines_in_values=b'"' in block.regular,
            invalid_row_handler=set_aside,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(header.names, pa.string()),
            include_columns=list(only) or None,
            check_utf8=False,
            strings_can_be_null=False,
        ),
    )
    records = np.arange(len(block))
    if malformed:
        records = np.delete(records, list(malformed))
    if table.num_rows != len(records):
        raise RuntimeError(
            f"{len(block)} records were read as {table.num_rows} rows and {len(malformed)} others"
        )
    return Fields(block, _columns(table), records, malformed)


def _columns(table: pa.Table) -> dict[str, pa.StringArray]:
    columns = {}
    for name in table.column_names:
        chunks = table.column(name).chunks
        columns[name] = chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)
    return columns
