"""The decimal mark that the prices and quantities themselves tell."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from typing import Final

from etl.rules.currencies import has_no_three_places
from etl.rules.numbers import price, quantity
from etl.rules.status import INVALID

_MARKS: Final = (".", ",")
# Reading a text by the wrong mark is slow, and these are enough to see which one is right.
_TRIED: Final = 300
_READ: Final[Mapping[str, Callable[[str, str], tuple[int, float]]]] = {
    "price": price,
    "quantity": quantity,
}
# Whether it is a whole number is another question: 1.500 may be one and a half.
_MAY_BE: Final[Mapping[str, Callable[[str, str], tuple[int, float]]]] = {
    "price": price,
    "quantity": partial(quantity, is_rounded=True),
}
_FEWEST_DECIMALS: Final = 2
_FEWEST_GROUPS: Final = 3


def read_by(name: str, texts: Mapping[str, int]) -> dict[str, int]:
    """How many rows of a column are numbers with each mark, by its first different texts."""
    return {
        mark: sum(count for text, count in _tried(texts) if _reads(name, text, mark))
        for mark in _MARKS
    }


def proved_mark(
    columns: Mapping[str, Mapping[str, int]], refused: Mapping[str, Mapping[str, int]]
) -> str | None:
    """The mark that reads what the other does not, if next to nothing is the other way round."""
    only: Counter[str] = Counter()
    for name, texts in columns.items():
        tried = dict(_tried(texts)) | dict(_tried(refused[name]))
        for text, count in tried.items():
            dot, comma = (_MAY_BE[name](text, mark)[0] != INVALID for mark in _MARKS)
            if dot != comma:
                only["." if dot else ","] += count
    if not only:
        return None
    (mark, count), *others = only.most_common(2)
    # A few strays are typing errors; many of both are two writers, which no mark reads.
    return mark if not others or others[0][1] * 50 < count else None


def won_by(name: str, refused: Mapping[str, int], mark: str) -> dict[str, int]:
    """The refused texts of a column that this mark reads, with their rows."""
    return {
        text: count for text, count in _tried(refused) if _MAY_BE[name](text, mark)[0] != INVALID
    }


def read_anew(name: str, kept: Mapping[str, int], mark: str) -> dict[str, int]:
    """The kept texts of a column that are another number by this mark, with their rows."""
    other = "," if mark == "." else "."
    return {
        text: count
        for text, count in _tried(kept)
        if _MAY_BE[name](text, mark)[1] != _MAY_BE[name](text, other)[1]
    }


def open_column(
    columns: Mapping[str, Mapping[str, int]],
    refused: Mapping[str, Mapping[str, int]],
    mark: str,
    *,
    is_unusual: bool,
) -> tuple[str, str] | None:
    """A column with a text that is a thousandfold by the other mark, where nothing tells which."""
    for name, texts in columns.items():
        example = _unproved(name, texts, mark, is_unusual=is_unusual)
        if example is not None:
            return None if proved_mark(columns, refused) else (name, example)
    return None


def _unproved(name: str, texts: Mapping[str, int], mark: str, *, is_unusual: bool) -> str | None:
    """A text of the column of which nothing in the column tells whether it has thousands.

    Read as decimals, two different ones are enough: few prices have three places. One is, where
    quantities have them, or prices with a currency that has not. As thousands it takes three, and
    no number without a mark beside them: who writes 300 writes no 1,200 for one and two tenths.
    One is enough where the mark `is_unusual` in such a file. None too where some value tells. What
    is no amount by either mark tells nothing.
    """
    groups: dict[str, str] = {}
    is_bare = False
    for text, _ in _tried(texts):
        dot, comma = (price(text, one) for one in _MARKS)
        if dot[0] == comma[0] == INVALID:
            continue
        if INVALID in (dot[0], comma[0]):
            return None
        if dot[1] == comma[1]:
            is_bare = True
        else:
            groups[text] = "." if abs(dot[1]) < abs(comma[1]) else ","
    if is_unusual:
        is_open = len(set(groups.values())) == 1
    elif set(groups.values()) == {mark}:
        is_odd = name == "quantity" or any(map(has_no_three_places, groups))
        is_open = len(groups) >= (1 if is_odd else _FEWEST_DECIMALS)
    else:
        is_open = len(set(groups.values())) == 1 and len(groups) >= _FEWEST_GROUPS and not is_bare
    return next(iter(groups)) if is_open else None


def _tried(texts: Mapping[str, int]) -> list[tuple[str, int]]:
    return list(islice(((text, count) for text, count in texts.items() if text), _TRIED))


def _reads(name: str, text: str, mark: str) -> bool:
    return _READ[name](text, mark)[0] != INVALID
