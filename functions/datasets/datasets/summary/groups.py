"""Groups and their measures: aggregated by Arrow a few row groups at a time, then together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datasets.deadline import Deadline
from datasets.errors import TooMuchWork
from datasets.parquet.table import ParquetTable
from datasets.rows.where import Condition, all_of

MAX_GROUPS = 200_000
_ROWS_AT_ONCE = 1_000_000
# Money is added in ten thousandths: whole numbers, of which a double holds sums exactly to 2**53.
_PARTS = 10_000
_NEARLY_WHOLE = 1e-4
_KEY, _VALUE, _ROWS, _CUSTOMER = "key", "value", "rows", "customer"
PERIODS = ("day", "week", "month", "quarter", "year")
WEEKDAY = "weekday"


@dataclass(frozen=True, slots=True)
class Measure:
    """`columns` are read, `function` joins the values of a group; an average is a sum, divided."""

    columns: tuple[str, ...]
    function: str = "sum"
    is_average: bool = False
    is_money: bool = False


MEASURES = {
    "count": Measure(()),
    "quantity": Measure(("quantity",)),
    "revenue": Measure(("quantity", "price"), is_money=True),
    "avg_price": Measure(("price",), is_average=True, is_money=True),
    "min_price": Measure(("price",), "min"),
    "max_price": Measure(("price",), "max"),
    "avg_quantity": Measure(("quantity",), is_average=True),
    "customers": Measure(("customer_id",)),
}


@dataclass(frozen=True, slots=True)
class Grouping:
    """By a column; `unit` is the period or WEEKDAY of a date, empty for the value itself."""

    column: str
    unit: str
    measure: str


def summarise(
    table: ParquetTable, grouping: Grouping, conditions: Sequence[Condition], deadline: Deadline
) -> pa.Table:
    """Columns `key`, `value` and `rows`, a row for each group. Raises TooMuchWork."""
    measure = MEASURES[grouping.measure]
    wanted = all_of(conditions)
    names = [grouping.column, *measure.columns, *(one.column for one in conditions)]
    read = list(dict.fromkeys(names))
    partial: list[pa.Table] = []
    waiting: list[pa.Table] = []
    for _, rows in table.read(table.row_groups(wanted), read, deadline):
        waiting.append(rows if wanted is None else rows.filter(wanted))
        if sum(one.num_rows for one in waiting) >= _ROWS_AT_ONCE:
            partial = [_joined([*partial, _aggregated(waiting, grouping)], measure)]
            waiting = []
    if waiting:
        partial.append(_aggregated(waiting, grouping))
    if not partial:
        return pa.table({_KEY: pa.array([], pa.string()), _VALUE: [], _ROWS: []})
    return _finished(_joined(partial, measure), grouping)


def _aggregated(tables: list[pa.Table], grouping: Grouping) -> pa.Table:
    rows = pa.concat_tables(tables)
    measure = MEASURES[grouping.measure]
    columns = {_KEY: _keys(rows[grouping.column], grouping.unit), _VALUE: _values(rows, grouping)}
    keys = [_KEY]
    if grouping.measure == "customers":
        columns[_CUSTOMER] = rows["customer_id"]
        keys.append(_CUSTOMER)
    found = pa.table(columns).group_by(keys, use_threads=True)
    aggregated = found.aggregate([([], "count_all"), (_VALUE, measure.function), (_VALUE, "count")])
    return _named(aggregated, keys, measure)


def _joined(partial: list[pa.Table], measure: Measure) -> pa.Table:
    """The groups of all of them, each once; joined as they come, so that memory is bounded."""
    both = pa.concat_tables(partial)
    if len(partial) > 1:
        keys = [name for name in (_KEY, _CUSTOMER) if name in both.column_names]
        sums = [(_ROWS, "sum"), (_VALUE, measure.function), ("values", "sum")]
        grouped = both.group_by(keys).aggregate(sums)
        both = _named(grouped, keys, measure, rows=f"{_ROWS}_sum", values="values_sum")
    if both.num_rows > MAX_GROUPS * (10 if _CUSTOMER in both.column_names else 1):
        raise TooMuchWork(f"There are more than {MAX_GROUPS:,} groups: choose another column.")
    return both


def _named(
    table: pa.Table,
    keys: list[str],
    measure: Measure,
    *,
    rows: str = "count_all",
    values: str = f"{_VALUE}_count",
) -> pa.Table:
    columns = {name: table[name] for name in keys}
    columns |= {_ROWS: table[rows], _VALUE: table[f"{_VALUE}_{measure.function}"]}
    return pa.table(columns | {"values": table[values]})


def _finished(groups: pa.Table, grouping: Grouping) -> pa.Table:
    measure = MEASURES[grouping.measure]
    if grouping.measure == "customers":
        groups = groups.group_by([_KEY]).aggregate([(_ROWS, "sum"), (_CUSTOMER, "count")])
        value, rows = groups[f"{_CUSTOMER}_count"], groups[f"{_ROWS}_sum"]
    elif grouping.measure == "count":
        value, rows = groups[_ROWS], groups[_ROWS]
    else:
        value, rows = groups[_VALUE], groups[_ROWS]
        some = pc.greater(groups["values"], 0)
        if measure.is_average:
            value = pc.divide(pc.cast(value, pa.float64()), pc.cast(groups["values"], pa.float64()))
        if measure.is_money:
            value = pc.divide(value, pa.scalar(float(_PARTS)))
        value = pc.if_else(some, value, None)
    return pa.table({_KEY: groups[_KEY], _VALUE: value, _ROWS: rows})


def _keys(column: pa.ChunkedArray, unit: str) -> pa.ChunkedArray:
    if unit == WEEKDAY:
        return pc.day_of_week(column, count_from_zero=False)
    return pc.floor_temporal(column, unit=unit) if unit else column


def _values(rows: pa.Table, grouping: Grouping) -> Any:  # noqa: ANN401 - an array of numbers
    measure = grouping.measure
    if measure == "revenue":
        return pc.multiply(pc.cast(rows["quantity"], pa.float64()), _parts(rows["price"]))
    if measure == "avg_price":
        return _parts(rows["price"])
    if measure in ("count", "customers"):
        return pa.nulls(rows.num_rows, pa.int64())
    return rows[MEASURES[measure].columns[0]]


def _parts(prices: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ten thousandths, whole where the price has no more than four decimals: 0.1 is 1000 of them.

    Sums of 0.1 itself end in dust, as 0.30000000000000004 does.
    """
    parts = pc.multiply(prices, pa.scalar(float(_PARTS)))
    whole = pc.round(parts)
    is_near = pc.less(pc.abs(pc.subtract(parts, whole)), pa.scalar(_NEARLY_WHOLE))
    return pc.if_else(is_near, whole, parts)
