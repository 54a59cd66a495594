"""The decimal mark that the prices and quantities themselves tell."""

from collections import Counter
from collections.abc import Mapping

from etl.rules.numbers import price, quantity
from etl.rules.status import INVALID


def read_by(name: str, texts: Mapping[str, int]) -> dict[str, int]:
    """How many rows of a column are numbers with each mark."""
    reads = {"price": price, "quantity": quantity}[name]
    return {
        mark: sum(
            count for text, count in texts.items() if text and reads(text, mark)[0] != INVALID
        )
        for mark in (".", ",")
    }


def proved_mark(columns: Mapping[str, Counter[str]]) -> str | None:
    """The mark that reads what the other does not, if nothing is the other way round."""
    only: Counter[str] = Counter()
    for name, texts in columns.items():
        reads = {"price": price, "quantity": quantity}[name]
        for text, count in texts.items():
            dot, comma = (reads(text, mark)[0] != INVALID for mark in (".", ","))
            if dot != comma:
                only["." if dot else ","] += count
    if not only:
        return None
    (mark, count), *others = only.most_common(2)
    # A few strays are typing errors; many of both are two writers, which no mark reads.
    return mark if not others or others[0][1] * 50 < count else None
