"""From a block of records to columns of text; records of the wrong width stand aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from etl.columns import arrow
from etl.columns.text import Columns
from etl.source.aligned import aligned_columns
from etl.source.block import Block, is_plain
from etl.source.header import Header
from etl.source.records import Piece
from etl.source.widths import Widths


@dataclass(frozen=True, slots=True)
class Fields:
    """Text columns of the well-formed records of a block.

    `records[i]` is the block's record that row i came from; `malformed` maps the others to
    their number of fields. `completed` are the rows that lacked cells at their end.
    """

    block: Block
    header: Header
    columns: Columns
    records: NDArray[np.int64]
    malformed: dict[int, int]
    completed: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.records)

    def told(self, width: int) -> str:
        """What is wrong with a record of so many fields."""
        return f"{width} {'field' if width == 1 else 'fields'}, not {len(self.header.cells)}"


@dataclass
class _Aside:
    """Records of another width than the header's: short ones by their text, all others."""

    header: Header
    short: dict[int, str] = field(default_factory=dict)
    malformed: dict[int, int] = field(default_factory=dict)
    widths: Widths | None = None

    def take(self, row: csv.InvalidRow) -> str:
        record, width = row.number - 1, row.actual_columns
        if self.widths is not None:
            self.widths.add(row.text, width, self.header)
        if self.header.fewest_cells <= width < len(self.header.cells):
            self.short[record] = row.text + self.header.delimiter * (len(self.header.cells) - width)
        else:
            self.malformed[record] = width
        return "skip"


def split(block: Block, header: Header) -> Fields:
    """Split every record of the block."""
    aside, columns = _Aside(header), None
    if is_plain(block.data):
        columns = aligned_columns(block.regular, header, header.file_names)
    if columns is None:
        columns = _read(block.regular, header, header.file_names, aside.take)
    records = np.arange(len(block))
    if aside.malformed or aside.short:
        records = np.delete(records, [*aside.malformed, *aside.short])
    rows = len(columns[header.file_names[0]])
    if rows != len(records):
        raise RuntimeError(
            f"{len(block)} records were read as {rows} rows and {len(aside.malformed)} others"
        )
    completed = np.empty(0, np.int64)
    if aside.short:
        records = np.append(records, list(aside.short))
        order = np.argsort(records)
        columns, records = _with_short(columns, aside, order), records[order]
        completed = np.flatnonzero(order >= rows)
    columns |= _constants(header, len(records))
    return Fields(block, header, columns, records, aside.malformed, completed)


def _constants(header: Header, count: int) -> Columns:
    zeros = arrow.column(np.zeros(count, np.int32))
    return {name: arrow.texts([text]).take(zeros) for name, text in header.constants}


def split_columns(piece: Piece, header: Header, names: Sequence[str], widths: Widths) -> Columns:
    """These columns of all well-formed records, in any order; what they are like to `widths`."""
    # Some column must be read for the rows to be counted.
    read = [name for name in names if name in header.file_names] or [header.file_names[0]]
    columns = aligned_columns(piece.text, header, read) if piece.is_plain else None
    if columns is None:
        columns = _parsed_columns(piece, header, read, widths)
    else:
        widths.full += len(columns[read[0]])
    return columns | _constants(header, len(columns[read[0]]))


def _parsed_columns(piece: Piece, header: Header, names: list[str], widths: Widths) -> Columns:
    block = piece.block()
    if block is None:
        return dict.fromkeys(names, arrow.empty_texts(0))
    aside = _Aside(header, widths=widths)
    columns = _read(block.regular, header, names, aside.take)
    widths.full += len(columns[names[0]])
    if aside.malformed or aside.short:
        widths.full -= _headers_among(columns, header, names)
        columns = _with_short(columns, aside) if aside.short else columns
    return columns


def _headers_among(columns: Columns, header: Header, names: Sequence[str]) -> int:
    """How many rows are the header again, by these columns: joined files repeat it."""
    same = np.ones(len(columns[names[0]]), bool)
    for name in names:
        theirs = header.source_names[header.position(name)]
        same &= arrow.booleans(pc.equal(columns[name], arrow.text(theirs)))
    return int(same.sum())


def _with_short(columns: Columns, aside: _Aside, order: NDArray[np.int64] | None = None) -> Columns:
    """The columns with the short records completed, behind the others or in this order."""
    text = "\n".join(aside.short.values()).encode() + b"\n"
    completed = _read(memoryview(text), aside.header, list(columns), lambda _: "error")
    joined = {name: pa.concat_arrays([columns[name], completed[name]]) for name in columns}
    if order is None:
        return joined
    return {name: values.take(arrow.column(order)) for name, values in joined.items()}


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
