"""What spreadsheets and programs that took ids for numbers have made of them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from etl.report.advice import Notice

_EXAMPLES: Final = 3
# What is the same by chance in two ids is not in so many.
_FEWEST: Final = 3
# A spreadsheet keeps so many digits of a number and writes zeros for the others.
_SPREADSHEET_DIGITS: Final = 15
_ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+\d{2,}", re.IGNORECASE)
_OF_A_FLOAT: Final = re.compile(r"[0-9]+\.0")


def id_notices(column: str, texts: Counter[str]) -> Iterator[Notice]:
    """Of the ids of a column, as the file has them."""
    filled = [text for text in texts if text]
    for kind, find, message in _DAMAGES:
        found = find(filled)
        if found:
            yield Notice(
                kind=kind, column=column, message=message, examples=tuple(found[:_EXAMPLES])
            )


def _rounded(ids: Sequence[str]) -> Sequence[str]:
    return [text for text in ids if "+" in text and _ROUNDED.fullmatch(text)] or _cut_off(ids)


def _cut_off(ids: Sequence[str]) -> Sequence[str]:
    """The ids of more digits than a spreadsheet keeps, if zeros are all that is behind these."""
    long = [t for t in ids if len(t) > _SPREADSHEET_DIGITS and t.isascii() and t.isdigit()]
    kept = all(set(text[_SPREADSHEET_DIGITS:]) == {"0"} for text in long)
    return long if kept and len(long) >= _FEWEST else []


def _if_all(is_so: Callable[[str], object]) -> Callable[[Sequence[str]], Sequence[str]]:
    def find(ids: Sequence[str]) -> Sequence[str]:
        return ids if len(ids) >= _FEWEST and all(map(is_so, ids)) else ()

    return find


_DAMAGES: Final = (
    (
        "rounded_ids",
        _rounded,
        "A spreadsheet has rounded these ids; the digits are lost. Export the column as text.",
    ),
    (
        "apostrophe_ids",
        _if_all(lambda text: text.startswith("'") and not text.endswith("'")),
        "The mark by which spreadsheets take a cell for text stands before these ids and is part "
        "of them: export the column without it.",
    ),
    (
        "decimal_ids",
        _if_all(_OF_A_FLOAT.fullmatch),
        "A program took these ids for numbers and gave them a decimal place: they are other texts "
        "than the ids without it. Export the column as text.",
    ),
)
