"""The cleaned rows of a block as a table whose types never depend on the data."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.text import is_blank
from etl.rules.judge import KEPT, Judgement
from etl.rules.status import MISSING, OK, Judged

_TYPES = {
    "quantity": pa.int64(),
    "price": pa.float64(),
    "order_date": pa.timestamp("us"),
}


def schema_of(names: tuple[str, ...]) -> pa.Schema:
    return pa.schema([(name, _TYPES.get(name, pa.string())) for name in names])


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a block that passed every rule; empty and blank texts are null."""

    judged: Judgement
    rows: NDArray[np.int64]
    quantity: NDArray[np.int64]
    price: NDArray[np.float64]
    order_date: NDArray[np.int64]
    table: pa.Table

    def __len__(self) -> int:
        return len(self.rows)

    def count_of(self, column: Judged, status: int) -> int:
        return int(column.has(status)[self.rows].sum())


def kept_rows(judged: Judgement) -> Kept:
    stay = judged.reasons == KEPT
    rows, chosen = np.flatnonzero(stay), arrow.mask(stay)
    quantity = judged.quantity.values_where(chosen)
    price = judged.price.values_where(chosen)
    order_date = judged.order_date.values_where(chosen)
    values = {
        "quantity": arrow.column(quantity),
        "price": arrow.column(price, ~judged.price.has(MISSING)[rows]),
        "order_date": arrow.column(order_date).view(pa.timestamp("us")),
    }
    columns = [
        values[name] if name in values else _nulled(text.filter(chosen))
        for name, text in judged.texts.items()
    ]
    table = pa.Table.from_arrays(columns, schema=schema_of(tuple(judged.texts)))
    return Kept(judged, rows, quantity, price, order_date, table)


def number_texts(
    name: str, judged: Judged, date_type: pa.DataType, indices: NDArray[np.int32] | None = None
) -> pa.StringArray:
    """The distinct quantities, prices or dates, or those at `indices`, as the CSV shows them."""
    distinct = judged.distinct if indices is None else judged.distinct[indices]
    if name == "price":
        status = judged.status if indices is None else judged.status[indices]
        # The shortest decimal that reads back as the same double; nothing for a missing price.
        values = arrow.column(distinct, status == OK)
    elif name == "order_date":
        dates = arrow.column(distinct).view(pa.timestamp("us"))
        values = pc.cast(dates, date_type, safe=False)
    else:
        values = arrow.column(distinct)
    return pc.fill_null(pc.cast(values, pa.string()), arrow.EMPTY)


def _nulled(texts: pa.StringArray) -> pa.StringArray:
    blank = is_blank(texts)
    return pc.if_else(arrow.mask(blank), arrow.NULL, texts) if blank.any() else texts
