"""Whether the names of quantity and price stand above each other's columns."""

import re
from collections.abc import Mapping
from statistics import fmean
from typing import Final

from etl.advice.question import Answer, Question
from etl.advice.trial import Trial
from etl.rules.numbers import price, quantity
from etl.rules.status import INVALID, OK

_FEWEST: Final = 3
_LOOKED_AT: Final = 300
_CENTS: Final = re.compile(r"[.,]\d\d$", re.ASCII)


def swapped_columns(now: Trial, then: Trial) -> Question | None:
    """Asked where quantities have cents, or are greater and mostly broken, and prices are whole.

    Nobody is asked where the description in force says which column is which, or what is done with
    quantities that are not whole.
    """
    described, header = now.description, then.header
    is_said = {"quantity", "price"} & {*described.columns.values(), *described.column_names}
    if is_said or described.fractional_quantity is not None or header is None:
        return None
    counts, prices = (_first(then.texts(name)) for name in ("quantity", "price"))
    mark = then.description.decimal_mark
    if sum(counts.values()) < _FEWEST or not _are_whole(prices, mark):
        return None
    if not (_have_cents(counts) or (_are_broken(counts, mark) and _exceed(counts, prices, mark))):
        return None
    names = dict(zip(header.names, header.source_names, strict=True))
    if not (names["quantity"] and names["price"]):
        # A constant is no column of the file.
        return None
    as_now = {names["quantity"]: "quantity", names["price"]: "price"}
    turned = {names["quantity"]: "price", names["price"]: "quantity"}
    columns = {**then.description.columns}
    count, amount = next(iter(counts)), next(iter(prices))
    return Question(
        "columns",
        f"Quantities have decimals and prices have none: {count} of {names['quantity']} beside "
        f"{amount} of {names['price']}. Do the names stand above each other's columns?",
        (
            Answer(
                f"yes: {count} is a price and {amount} a quantity", {"columns": columns | turned}
            ),
            Answer(
                f"no: {count} is a quantity and {amount} a price, and nobody asks again",
                {"columns": columns | as_now},
                changes_nothing=True,
            ),
        ),
    )


def _first(texts: Mapping[str, int]) -> dict[str, int]:
    filled = [(text, count) for text, count in texts.items() if text]
    return dict(filled[:_LOOKED_AT])


def _have_cents(texts: Mapping[str, int]) -> bool:
    return all(map(_CENTS.search, texts))


def _are_broken(texts: Mapping[str, int], mark: str) -> bool:
    """Whether most are no whole numbers."""
    broken = sum(
        count
        for text, count in texts.items()
        if quantity(text, mark)[0] != OK and quantity(text, mark, is_rounded=True)[0] != INVALID
    )
    return broken * 2 > sum(texts.values())


def _exceed(texts: Mapping[str, int], others: Mapping[str, int], mark: str) -> bool:
    """Whether one piece costs more than there are pieces, as is usual; half a metre costs more."""
    mine, theirs = (
        [value for text in one if (value := price(text, mark)[1]) == value]
        for one in (texts, others)
    )
    return bool(mine and theirs) and fmean(mine) > fmean(theirs)


def _are_whole(texts: Mapping[str, int], mark: str) -> bool:
    """Whether all are bare whole numbers, as counts are."""
    return bool(texts) and all(text.isdigit() and price(text, mark)[0] == OK for text in texts)
