"""Values of no form that a description can name, and what they have in place of it."""

import re
from collections.abc import Iterator
from typing import Final

from etl.advice.notices.dates import is_abbreviated
from etl.advice.trial import Trial
from etl.advice.values.date_shapes import shape_of
from etl.advice.values.dates import counted_word
from etl.report.advice import Notice
from etl.rules.numbers import price
from etl.rules.status import OK

_EXAMPLES: Final = 3
# What two rows have by chance so many have not.
_FEWEST: Final = 3
_LOOKED_AT: Final = 500
_UNIT: Final = re.compile(r"[0-9][0-9.,]*\s*([^\W\d_]{1,12}\.?|%)")
_READABLE: Final = {
    "quantity": "whole numbers",
    "price": "numbers like 1234.50, with a currency or without",
    "order_date": "dates like 2024-01-31",
}
_OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")


def units_and_digits(trial: Trial) -> Iterator[Notice]:
    """Numbers with a word behind them, or in digits that are not 0 to 9."""
    units = [text for text in trial.refused_texts("quantity") if _UNIT.fullmatch(text)]
    if units:
        yield Notice(
            kind="units",
            column="quantity",
            message="A unit stands behind these quantities: export the number alone.",
            examples=tuple(units[:_EXAMPLES]),
        )
    for column in ("quantity", "price", "order_date"):
        refused = trial.refused_texts(column)
        foreign = [text for text in refused if _OTHER_DIGIT.search(text)]
        if foreign:
            yield Notice(
                kind="other_digits",
                column=column,
                message="Digits of another script are not read: export numbers in 0 to 9.",
                examples=tuple(foreign[:_EXAMPLES]),
            )


def unread(trial: Trial, told: set[str | None]) -> Iterator[Notice]:
    """Columns of which most values are of no form that any description can name."""
    for column, form in _READABLE.items():
        refused = trial.refused_texts(column)
        rows = refused.total()
        filled = sum(count for text, count in trial.texts(column).items() if text)
        if column in told or rows < _FEWEST or rows * 2 < filled:
            continue
        looked_at = dict(refused.most_common(_LOOKED_AT))
        unread = [text for text in looked_at if _is_unread(column, text)]
        if sum(looked_at[text] for text in unread) * 2 >= sum(looked_at.values()):
            yield Notice(
                kind="unread_values",
                column=column,
                message=f"No description was found that reads these as {column}: export {form}.",
                examples=tuple(unread[:_EXAMPLES]),
            )


def _is_unread(column: str, text: str) -> bool:
    if column == "order_date":
        is_counted = text.isdigit() and counted_word(text) is not None
        return shape_of(text) is None and not is_counted and not is_abbreviated(text)
    return all(price(text, mark)[0] != OK for mark in (".", ","))
