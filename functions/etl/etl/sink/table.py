"""The cleaned rows of a block as a table whose types never depend on the data."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.rules import arrow
from etl.rules.judge import KEPT, Judgement
from etl.rules.status import MISSING
from etl.rules.text import is_blank

_TYPES = {
    "quantity": pa.int64(),
    "price": pa.float64(),
    "order_date": pa.timestamp("us"),
}


def schema_of(names: tuple[str, ...]) -> pa.Schema:
    return pa.schema([(name, _TYPES.get(name, pa.string())) for name in names])


def kept_rows(judged: Judgement) -> pa.Table:
    """The rows that passed every rule; empty and blank texts are null."""
    rows = np.flatnonzero(judged.reasons == KEPT)
    chosen = None if len(rows) == len(judged.reasons) else arrow.column(rows)
    values = {
        "quantity": arrow.column(judged.quantity.values[rows]),
        "price": arrow.column(judged.price.values[rows], ~judged.price.is_(MISSING)[rows]),
        "order_date": arrow.column(judged.order_date.values[rows]).view(pa.timestamp("us")),
    }
    columns = [
        values[name] if name in values else _nulled(text if chosen is None else text.take(chosen))
        for name, text in judged.texts.items()
    ]
    return pa.Table.from_arrays(columns, schema=schema_of(tuple(judged.texts)))


def _nulled(texts: pa.StringArray) -> pa.StringArray:
    blank = is_blank(texts)
    return pc.if_else(arrow.mask(blank), arrow.NULL, texts) if blank.any() else texts
