"""The decimal mark that the prices and quantities themselves tell."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final

from etl.rules.numbers import price, quantity
from etl.rules.status import INVALID

_MARKS: Final = (".", ",")
# Reading a text by the wrong mark is slow, and these are enough to see which one is right.
_TRIED: Final = 300
_READ: Final[Mapping[str, Callable[[str, str], tuple[int, float]]]] = {
    "price": price,
    "quantity": quantity,
}


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
            dot, comma = (_reads(name, text, mark) for mark in _MARKS)
            if dot != comma:
                only["." if dot else ","] += count
    if not only:
        return None
    (mark, count), *others = only.most_common(2)
    # A few strays are typing errors; many of both are two writers, which no mark reads.
    return mark if not others or others[0][1] * 50 < count else None


def _tried(texts: Mapping[str, int]) -> list[tuple[str, int]]:
    return list(islice(((text, count) for text, count in texts.items() if text), _TRIED))


def _reads(name: str, text: str, mark: str) -> bool:
    return _READ[name](text, mark)[0] != INVALID
