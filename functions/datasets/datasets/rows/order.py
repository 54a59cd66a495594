"""The order of rows: columns, rising or (`-`) falling; missing values last, then as in the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datasets.errors import InvalidInput
from datasets.parquet.absent import no_column
from datasets.parquet.table import POSITION
from datasets.rows.listed import first_listed


@dataclass(frozen=True, slots=True)
class Key:
    """One column to order by."""

    column: str
    falls: bool


def parse_order(text: str, schema: pa.Schema) -> list[Key]:
    """`-price,order_date`. A column whose own name has a comma or a minus before it is found too.

    Raises InvalidInput.
    """
    keys: list[Key] = []
    rest: str | None = text.strip()
    while rest is not None:
        key, rest = _next_key(rest, schema)
        if key.column in {one.column for one in keys}:
            raise InvalidInput(f"{key.column[:100]!r} is given twice", parameter="order")
        keys.append(key)
    return keys


def _next_key(text: str, schema: pa.Schema) -> tuple[Key, str | None]:
    """The first key, and what stands behind its comma; None without one."""
    found = first_listed(text, schema.names)
    if found is not None:
        return Key(found[0], falls=False), found[1]
    found = first_listed(text[1:], schema.names) if text.startswith("-") else None
    if found is not None:
        return Key(found[0], falls=True), found[1]
    meant = text.split(",")[0].removeprefix("-")
    raise InvalidInput(no_column(meant, schema.names), parameter="order")


def first_rows(table: pa.Table, keys: Sequence[Key], count: int) -> pa.Table:
    """The first `count` rows in this order; the table has positions."""
    sort_keys = [(key.column, "descending" if key.falls else "ascending") for key in keys]
    sort_keys.append((POSITION, "ascending"))
    if table.num_rows > 4 * count:
        return table.take(pc.select_k_unstable(table, count, sort_keys=sort_keys))
    return table.take(pc.sort_indices(table, sort_keys=sort_keys)[:count])


def after(
    keys: Sequence[Key], values: Sequence[Any], position: int, schema: pa.Schema
) -> pc.Expression:
    """Which rows come behind the one with these values at this position."""
    behind = pc.field(POSITION) > position
    for key, value in zip(reversed(keys), reversed(values), strict=True):
        field = pc.field(key.column)
        if value is None:  # the missing ones are last
            behind = field.is_null() & behind
            continue
        scalar = pa.scalar(value, schema.field(key.column).type)
        further = (field < scalar) if key.falls else (field > scalar)
        behind = field.is_null() | further | ((field == scalar) & behind)
    return behind
