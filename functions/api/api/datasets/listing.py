"""What a list of datasets can be asked for: which, in what order, from where."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from api.datasets.models import DatasetSummary
from api.errors import InvalidInput

Sort = Literal[
    "finished",
    "-finished",
    "name",
    "-name",
    "rows_in",
    "-rows_in",
    "rows_out",
    "-rows_out",
    "status",
    "-status",
]
DEFAULT_SORT: Sort = "-finished"

_LONGEST_CURSOR = 4000
_FOREIGN = (
    "This is no cursor of this list. Send next_cursor as it came, with the sort and the filters of"
    " the page before, or send no cursor to begin again."
)

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Place:
    """The last dataset of a page: what the list is sorted by, then the key of its summary."""

    value: Value
    key: str


@dataclass(frozen=True, slots=True)
class DatasetQuery:
    """`prefix` and `q` (somewhere, in any case) are compared with the key of the source."""

    limit: int
    sort: Sort = DEFAULT_SORT
    status: str | None = None
    prefix: str = ""
    q: str = ""
    cursor: str | None = None

    @property
    def field(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def needs_all(self) -> bool:
        """Whether every dataset has to be read to find those of a page."""
        return self.field != "finished" or bool(self.status or self.prefix or self.q)

    def wants(self, dataset: DatasetSummary) -> bool:
        """Whether the filters let it pass."""
        return (
            (self.status is None or dataset.status == self.status)
            and dataset.source_key.startswith(self.prefix)
            and self.q.casefold() in dataset.source_key.casefold()
        )


def in_order(places: Iterable[Place], query: DatasetQuery) -> list[Place]:
    """Sorted; of one value by key, without a value last whatever the direction.

    >>> rows = [Place(2, "a"), Place(None, "b"), Place(3, "c"), Place(3, "a")]
    >>> [place.key for place in in_order(rows, DatasetQuery(9, "-rows_in"))]
    ['a', 'c', 'a', 'b']
    """
    by_key = sorted(places, key=lambda place: place.key)
    valued = [place for place in by_key if place.value is not None]
    valued.sort(key=lambda place: _comparable(place.value), reverse=query.is_descending)
    return [*valued, *(place for place in by_key if place.value is None)]


def behind(places: Sequence[Place], last: Place | None, query: DatasetQuery) -> list[Place]:
    """Those behind the last one of a page, which may be there no more; None begins."""
    if last is None:
        return list(places)
    return [place for place in places if _is_behind(place, last, query)]


def write_cursor(place: Place, query: DatasetQuery) -> str:
    """The place after which to go on, and the filters and order that it belongs to."""
    text = json.dumps([_made_for(query), place.value, place.key])
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def read_cursor(query: DatasetQuery) -> Place | None:
    """Raises InvalidInput for a cursor of another list."""
    cursor = query.cursor
    if cursor is None:
        return None
    if len(cursor) > _LONGEST_CURSOR:
        raise _foreign()
    try:
        packed = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        made_for, value, key = json.loads(packed)
    except (ValueError, TypeError):
        raise _foreign() from None
    of_numbers = query.field.startswith("rows_")
    if (
        made_for != _made_for(query)
        or not isinstance(key, str)
        or not (value is None or type(value) is (int if of_numbers else str))
    ):
        raise _foreign()
    return Place(value, key)


def _is_behind(place: Place, last: Place, query: DatasetQuery) -> bool:
    if (place.value is None) != (last.value is None):
        return place.value is None
    ours, theirs = _comparable(place.value), _comparable(last.value)
    if ours != theirs:
        return (ours < theirs) if query.is_descending else (ours > theirs)
    return place.key > last.key


def _comparable(value: Value) -> tuple[int, str]:
    """Names and states by their letters, whatever their case, then as they are."""
    if isinstance(value, str):
        return 0, f"{value.casefold()}\0{value}"
    return value or 0, ""


def _made_for(query: DatasetQuery) -> str:
    asked = json.dumps([query.sort, query.status, query.prefix, query.q])
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def _foreign() -> InvalidInput:
    return InvalidInput(_FOREIGN, parameter="cursor")
