"""What was most likely meant by a name that is none of those that there are."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence on `name`, empty where nothing is near."""
    near = get_close_matches(name, [*known], 1)
    return f"; did you mean {near[0]}?" if near else ""
