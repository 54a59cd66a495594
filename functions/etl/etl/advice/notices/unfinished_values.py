"""Whether a value is the beginning of one, by the others of its column."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

# Few values are of one form by chance.
_FEWEST: Final = 10
_FEWEST_OF_DATES: Final = 2
# Numbers of one length are followed by a shorter one now and then.
_FEWEST_OF_DIGITS: Final = 50
_TAIL: Final = re.compile(r"[^9]?9+$")
_DATED: Final = re.compile(r"(9+[/.:-]){2}.*9")


def is_unfinished(text: str, others: Sequence[str]) -> bool:
    """Whether the text begins as the others do, and ends before any of them does.

    >>> is_unfinished("2024-01-0", ["2024-01-05", "2024-01-06"]), is_unfinished("7", ["5.50"] * 9)
    (True, False)
    >>> is_unfinished("7.5", ["5.50", "12.95"] * 9), is_unfinished("deliv", ["delivered"] * 20)
    (True, True)
    """
    filled = [other for other in others if other]
    if len(filled) < len(others) or text in filled:
        return False
    if not text:
        return len(filled) >= _FEWEST
    return _is_half_a_form(text, filled) or _is_half_a_word(text, filled)


def _is_half_a_form(text: str, others: Sequence[str]) -> bool:
    """All others end in so many digits behind the same sign, as days and cents do."""
    mine, forms = _form(text), {_form(other) for other in others}
    tails = {tail[0] if (tail := _TAIL.search(form)) else None for form in forms}
    if all(map(_DATED.match, forms)):
        fewest = _FEWEST_OF_DATES
    else:
        fewest = _FEWEST_OF_DIGITS if all(set(form) == {"9"} for form in forms) else _FEWEST
    return (
        len(others) >= fewest
        and len(tails) == 1
        and None not in tails
        and mine not in forms
        and any(form.startswith(mine) for form in forms)
    )


def _is_half_a_word(text: str, others: Sequence[str]) -> bool:
    """All others are words that come again, and one of them goes on where the text ends."""
    counts = Counter(others)
    return (
        len(others) >= _FEWEST
        and min(counts.values()) > 1
        and any(other.startswith(text) for other in counts)
    )


def _form(text: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"[0-9]", "9", text))
