"""Names of columns with commas between them, of which one may have a comma itself."""

from collections.abc import Sequence


def first_listed(text: str, names: Sequence[str]) -> tuple[str, str | None] | None:
    """The longest name that the text begins with, and what stands behind its comma.

    That is None at the end. None where the text begins with no name.

    >>> first_listed("a, b,c", ["a", "a, b", "c"])
    ('a, b', 'c')
    >>> first_listed("c", ["c"]), first_listed("cc", ["c"])
    (('c', None), None)
    """
    for name in sorted(names, key=len, reverse=True):
        rest = text[len(name) :].lstrip()
        if text.startswith(name) and (not rest or rest[0] == ","):
            return name, rest[1:].strip() if rest else None
    return None
