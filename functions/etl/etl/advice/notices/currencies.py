"""Amounts of several currencies, which a sum takes for one."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from etl.advice.trial import Trial
from etl.profile.columns import MAX_COLUMNS
from etl.report.advice import Notice
from etl.rules.currencies import CODES, currencies_of

_LOOKED_AT: Final = 500
_EXAMPLES: Final = 3
_NAMED: Final = re.compile(r"[^0-9.,()+\-\s]")
_REMEDY: Final = (
    "Sums add them up as if they were one: export each currency as a file of its own, or amounts "
    "in one currency."
)


def currency_notices(trial: Trial) -> Iterator[Notice]:
    """Of prices with their currency beside them, or of a column of nothing but codes."""
    prices = _different((text, currencies_of(text.strip("+-() "))) for text in _read(trial))
    if prices:
        yield Notice(
            kind="several_currencies",
            column="price",
            message=f"The prices are in several currencies. {_REMEDY}",
            examples=tuple(prices[:_EXAMPLES]),
        )
        return
    assert trial.header is not None
    for column in trial.header.file_names[:MAX_COLUMNS]:
        texts = [text for text in trial.texts(column) if text]
        if not 1 < len(texts) <= len(CODES) or not all(text.upper() in CODES for text in texts):
            continue
        codes = _different((text, frozenset((text.upper(),))) for text in texts)
        if codes:
            yield Notice(
                kind="several_currencies",
                column=column,
                message=f"The rows name several currencies in {column}. {_REMEDY}",
                examples=tuple(codes[:_EXAMPLES]),
            )


def _read(trial: Trial) -> Iterator[str]:
    """The first of the prices that are read and have more than digits and marks."""
    refused = trial.refused_texts("price")
    named = (text for text in trial.texts("price") if _NAMED.search(text) and text not in refused)
    return islice(named, _LOOKED_AT)


def _different(named: Iterable[tuple[str, frozenset[str]]]) -> list[str]:
    """A text of each currency, where no one currency may be meant by all of them."""
    first: dict[frozenset[str], str] = {}
    for text, codes in named:
        if codes:
            first.setdefault(codes, text)
    return list(first.values()) if first and not frozenset.intersection(*first) else []
