"""A page of rows: pruned by statistics, filtered, ordered, cut; cells read for the page only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datasets.deadline import Deadline
from datasets.errors import InvalidInput
from datasets.parquet.table import POSITION, ParquetTable, RowGroup, with_positions
from datasets.rows.order import Key, after, first_rows
from datasets.rows.where import Condition, all_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page is to hold; `place` is where the page before it ended."""

    columns: Sequence[str]
    conditions: Sequence[Condition]
    order: Sequence[Key]
    limit: int
    place: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """`place`: where it ends, None at the end of all; `matched`: None where not all were seen."""

    rows: pa.Table
    place: list[Any] | None
    matched: int | None


def read_page(table: ParquetTable, wanted: Wanted, deadline: Deadline) -> Page:
    """Raises InvalidInput for a place of another call's cursor, TooMuchWork at the deadline."""
    try:
        if wanted.order:
            return _ordered(table, wanted, deadline)
        return _in_file_order(table, wanted, deadline)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError) as error:
        if not wanted.place:
            raise
        raise InvalidInput("is not a cursor of this call", parameter="cursor") from error


def _in_file_order(table: ParquetTable, wanted: Wanted, deadline: Deadline) -> Page:
    """Reads on until the page is full, and one row more to know whether there is another."""
    start = int(wanted.place[0]) + 1 if wanted.place else 0
    condition = all_of(wanted.conditions)
    read = _distinct([*wanted.columns, *(one.column for one in wanted.conditions)])
    found: list[pa.Table] = []
    count = 0
    groups = table.row_groups(condition, start=start)
    for group, rows in table.read(groups, read, deadline):
        rows = with_positions(group, rows).slice(max(0, start - group.first))
        rows = rows if condition is None else rows.filter(condition)
        found.append(rows.slice(0, wanted.limit + 1 - count))
        count += found[-1].num_rows
        if count > wanted.limit:
            break
    page = pa.concat_tables(found) if found else _nothing(table, read)
    matched = count if count <= wanted.limit and not start else None
    if condition is None:
        matched = table.rows
    return _cut(page, wanted, matched)


def _ordered(table: ParquetTable, wanted: Wanted, deadline: Deadline) -> Page:
    """Two passes: the columns of order and filter for all rows, the others for the page's rows."""
    keys = [key.column for key in wanted.order]
    condition = all_of(wanted.conditions)
    behind = None
    if wanted.place:
        behind = after(
            wanted.order, _values(wanted, table.schema), int(wanted.place[0]), table.schema
        )
    read = _distinct([*keys, *(one.column for one in wanted.conditions)])
    best = _nothing(table, keys)
    matched = 0
    for group, rows in table.read(table.row_groups(condition), read, deadline):
        rows = with_positions(group, rows)
        rows = rows if condition is None else rows.filter(condition)
        matched += rows.num_rows
        rows = rows if behind is None else rows.filter(behind)
        both = pa.concat_tables([best, rows.select([*keys, POSITION])])
        best = first_rows(both, wanted.order, wanted.limit + 1)
    others = [name for name in _distinct(wanted.columns) if name not in keys]
    page = _completed(table, best, others, deadline) if others else best
    return _cut(page, wanted, matched)


def _completed(
    table: ParquetTable, best: pa.Table, columns: list[str], deadline: Deadline
) -> pa.Table:
    """The chosen rows with their other columns, still in their order."""
    positions = best[POSITION].combine_chunks()
    groups = [group for group in table.row_groups() if _any_within(group, positions)]
    pieces = [_nothing(table, columns)]
    for group, rows in table.read(groups, columns, deadline):
        within = positions.filter(_within(group, positions))
        indices = pc.subtract(within, group.first)
        pieces.append(with_positions(group, rows).take(indices))
    cells = pa.concat_tables(pieces)
    order = pc.index_in(positions, value_set=cells[POSITION].combine_chunks())
    cells = cells.take(order)
    for name in columns:
        best = best.append_column(table.schema.field(name), cells[name])
    return best


def _within(group: RowGroup, positions: pa.Array) -> pa.Array:
    from_first = pc.greater_equal(positions, group.first)
    return pc.and_(from_first, pc.less(positions, group.first + group.rows))


def _any_within(group: RowGroup, positions: pa.Array) -> bool:
    return bool(pc.any(_within(group, positions)).as_py())


def _cut(page: pa.Table, wanted: Wanted, matched: int | None) -> Page:
    rows = page.slice(0, wanted.limit)
    place = None
    if page.num_rows > wanted.limit:
        last = rows.slice(wanted.limit - 1).to_pylist()[0]
        place = [last[POSITION], *(_plain(last[key.column]) for key in wanted.order)]
    return Page(rows.select(list(wanted.columns)), place, matched)


def _values(wanted: Wanted, schema: pa.Schema) -> list[Any]:
    """The cursor's values in the types of their columns."""
    _, *values = wanted.place
    kinds = [schema.field(key.column).type for key in wanted.order]
    return [
        datetime.fromisoformat(value)
        if pa.types.is_timestamp(kind) and value is not None
        else value
        for kind, value in zip(kinds, values, strict=True)
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell
    return value.isoformat() if isinstance(value, datetime) else value


def _nothing(table: ParquetTable, columns: Sequence[str]) -> pa.Table:
    fields = [table.schema.field(name) for name in columns]
    return pa.schema([*fields, pa.field(POSITION, pa.int64())]).empty_table()


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
