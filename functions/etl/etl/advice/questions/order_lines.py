"""Files with several rows of one order: the columns that tell them apart."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from etl.advice.trial import Trial
from etl.columns import arrow
from etl.rules.judge import CODES

# What two rows have by chance so many have not.
_FEWEST: Final = 3
# A key must part at least so many of the rows that were taken for repeats.
_PARTED: Final = 0.9
_MANY: Final = 0.1
_MOST_ROWS: Final = 5000
_MOST_COLUMNS: Final = 30
_NEVER: Final = frozenset({"order_id", "quantity", "price", "order_date", "customer_id"})
# What lines and refunds of one product differ in.
_TOGETHER: Final = (
    ("quantity",),
    ("price",),
    ("order_date",),
    ("quantity", "price"),
    ("quantity", "order_date"),
    ("quantity", "price", "order_date"),
)
_BOTH: Final = ("order_date", "customer_id")
_TIME: Final = re.compile("[ T]")

_Row = dict[str, str]


def line_key(trial: Trial) -> tuple[str, ...] | None:
    """The fewest columns beside the order's id that part its lines; None if these are no lines.

    Lines of one order share customer and day; rows that differ in these are no lines.
    """
    return _line_key(trial, _orders_with_lines(trial))


def open_key(trial: Trial) -> tuple[tuple[str, ...], tuple[_Row, _Row]] | None:
    """The columns that part rows of one order and customer, and two such rows.

    They may be lines or refunds, or the order again, corrected, or orders under numbers that
    begin anew: the values do not tell. A few rows are corrections, unless one of two has a
    negative quantity or price. None for these, where `line_key` knows, and where a key is
    described, or the repeats are not among the rows that were looked at.
    """
    orders = _orders_with_lines(trial)
    repeats = trial.dropped("duplicate_differs")
    is_refunded = sum(map(_has_refund, orders)) * 2 > len(orders)
    is_many = repeats >= _FEWEST and repeats >= _MANY * trial.rows
    if not orders or not (is_refunded or is_many) or _line_key(trial, orders):
        return None
    alike = [rows for rows in orders if _share(rows, "customer_id")]
    if len(alike) >= _PARTED * len(orders):
        key = _first_that_parts(orders, [("product", *some) for some in _TOGETHER])
    else:
        key = _first_that_parts(orders, [("order_date",), ("customer_id",), _BOTH])
    return (key, (orders[0][0], orders[0][1])) if key else None


def _line_key(trial: Trial, orders: Sequence[Sequence[_Row]]) -> tuple[str, ...] | None:
    alike = [rows for rows in orders if _share(rows, "customer_id") and _of_one_day(rows)]
    if trial.header is None or not orders or len(alike) < _PARTED * len(orders):
        return None
    others = [name for name in trial.header.names if name not in _NEVER and name != "product"]
    candidates: list[tuple[str, ...]] = [("product",)]
    candidates += [(name,) for name in others[:_MOST_COLUMNS]]
    candidates += [("product", name) for name in others[:_MOST_COLUMNS]]
    return _first_that_parts(orders, candidates)


def _has_refund(rows: Sequence[_Row]) -> bool:
    return any(
        len({row[name].startswith(("-", "(")) for row in rows if row[name]}) > 1
        for name in ("quantity", "price")
    )


def _first_that_parts(
    orders: Sequence[Sequence[_Row]], candidates: Sequence[tuple[str, ...]]
) -> tuple[str, ...] | None:
    for key in candidates:
        if _parted(orders, key) >= _PARTED:
            return ("order_id", *key)
    return None


def _orders_with_lines(trial: Trial) -> list[list[_Row]]:
    """The distinct rows of the orders of which some row was dropped as a repeat that differs.

    Empty where a key is described: it says what a repeat is.
    """
    if trial.description.key != ("order_id",) or not trial.dropped("duplicate_differs"):
        return []
    orders: dict[str, dict[tuple[str, ...], _Row]] = defaultdict(dict)
    wanted = {
        text
        for judged in trial.judged
        for text in judged.texts["order_id"]
        .take(arrow.column(np.flatnonzero(judged.reasons == CODES["duplicate_differs"])))
        .to_pylist()[:_MOST_ROWS]
    }
    for judged in trial.judged:
        ids = judged.texts["order_id"].to_pylist()
        rows = [i for i, text in enumerate(ids) if text in wanted]
        chosen = arrow.column(np.array(rows, np.int64))
        names = tuple(judged.texts)
        columns = (judged.texts[name].take(chosen).to_pylist() for name in names)
        for row, cells in zip(rows, zip(*columns, strict=True), strict=True):
            orders[ids[row]].setdefault(cells, dict(zip(names, cells, strict=True)))
    return [[*distinct.values()] for distinct in orders.values() if len(distinct) > 1]


def _share(rows: Sequence[_Row], name: str) -> bool:
    """Whether all rows have the same there, or nothing."""
    return len({row[name] for row in rows if row[name]}) <= 1


def _of_one_day(rows: Sequence[_Row]) -> bool:
    """Whether all rows have the same date or none; tills write each line's own time behind it."""
    return len({_TIME.split(row["order_date"])[0] for row in rows if row["order_date"]}) <= 1


def _parted(orders: Sequence[Sequence[_Row]], key: tuple[str, ...]) -> float:
    """The share of the repeats that this key takes for rows of their own."""
    repeats = sum(len(rows) - 1 for rows in orders)
    kept = sum(len({tuple(row[name] for name in key) for row in rows}) - 1 for rows in orders)
    return kept / repeats
