"""From a block of records to columns of text; records of the wrong width stand aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from etl.source.block import Block
from etl.source.header import Header

Columns = dict[str, pa.StringArray]


@dataclass(frozen=True, slots=True)
class Fields:
    """Text columns of the well-formed records of a block.

    `records[i]` is the block's record that row i came from; `malformed` maps the others to
    their number of fields.
    """

    block: Block
    header: Header
    columns: Columns
    records: NDArray[np.int64]
    malformed: dict[int, int]

    def __len__(self) -> int:
        return len(self.records)


def split(block: Block, header: Header) -> Fields:
    """Split every record of the block."""
    malformed: dict[int, int] = {}

    def set_aside(row: csv.InvalidRow) -> str:
        malformed[row.number - 1] = row.actual_columns
        return "skip"

    columns = _read(block.regular, header, header.names, set_aside)
    records = np.arange(len(block))
    if malformed:
        records = np.delete(records, list(malformed))
    rows = len(columns[header.names[0]])
    if rows != len(records):
        raise RuntimeError(
            f"{len(block)} records were read as {rows} rows and {len(malformed)} others"
        )
    return Fields(block, header, columns, records, malformed)


def split_columns(text: memoryview, header: Header, names: Sequence[str]) -> Columns:
    """These columns of all well-formed records in a text that is regular."""
    return _read(text, header, names, lambda _: "skip")


def _read(
    text: memoryview,
    header: Header,
    names: Sequence[str],
    set_aside: Callable[[csv.InvalidRow], str],
) -> Columns:
    quoting = bool((np.frombuffer(text, np.uint8) == ord('"')).any())
    table = csv.read_csv(
        pa.BufferReader(text),
        read_options=csv.ReadOptions(
            use_threads=False,
            column_names=list(header.cells),
            # One Arrow chunk per block; the reader wants room for at least one byte more.
            block_size=len(text) + 1,
        ),
        parse_options=csv.ParseOptions(
            delimiter=header.delimiter,
            # Without quotes there is a quicker parser, which takes every line end for one.
            quote_char='"' if quoting else False,
            newlines_in_values=quoting,
            invalid_row_handler=set_aside,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(header.cells, pa.string()),
            include_columns=list(names),
            check_utf8=False,
            strings_can_be_null=False,
        ),
    )
    columns = {}
    for name in names:
        chunks = table.column(name).chunks
        columns[name] = chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)
    return columns
