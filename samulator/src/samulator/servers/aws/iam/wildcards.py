"""The wildcards of policies."""

import re
from functools import cache


def fits(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether all of `text` is as `pattern` says, where * is any text and ? one character."""
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))
