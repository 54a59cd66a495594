"""What was most likely meant by a name that is none of those that there are."""

from collections.abc import Iterable
from difflib import get_close_matches

# That of difflib, and one for names that are long or have much in common.
_ALIKE, CLOSELY_ALIKE = 0.6, 0.8


def nearest(name: str, known: Iterable[str], alike: float = _ALIKE) -> str | None:
    """Return the known name that is most like `name`, None where none is that much `alike`."""
    return next(iter(get_close_matches(name, [*known], 1, alike)), None)


def suggestion(name: str, known: Iterable[str], alike: float = _ALIKE) -> str:
    """Return the end of a sentence on `name`, empty where nothing is near."""
    near = nearest(name, known, alike)
    return f"; did you mean {near}?" if near else ""
