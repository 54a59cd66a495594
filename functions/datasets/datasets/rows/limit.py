"""How many rows a page holds, as JSON and as CSV."""

from typing import Final

from datasets.errors import InvalidInput

MOST: Final = 50_000
TOLD: Final = "At most 1,000 as JSON (50 by default), 50,000 as CSV."
_MOST_JSON: Final = 1000


def page_limit(given: int | None, *, is_csv: bool) -> int:
    """`given` is at most MOST already; raises InvalidInput for more than JSON carries."""
    if is_csv:
        return given or MOST
    if given is not None and given > _MOST_JSON:
        told = f"must be at most {_MOST_JSON:,} as JSON; CSV takes up to {MOST:,}"
        raise InvalidInput(told, parameter="limit")
    return given or 50
