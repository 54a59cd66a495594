"""What a list of users can be asked for: which, in what order, from where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from api.users.models import User

SortField = Literal["created_at", "updated_at", "name", "email", "role"]
Sort = Literal[
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "name",
    "-name",
    "email",
    "-email",
    "role",
    "-role",
]
DEFAULT_SORT: Sort = "created_at"
_FIELDS: dict[str, SortField] = {name: name for name in get_args(SortField)}


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The last user of a page: where the next page starts.

    `key` is what the list is sorted by before the time of creation: a time, the text that
    PostgreSQL compares, or None where creation alone sorts.
    """

    created_at: datetime
    id: UUID
    key: datetime | str | None = None


@dataclass(frozen=True, slots=True)
class ListRequest:
    """`sort` names a field, with a minus before it for the descending order."""

    limit: int
    role: str | None = None
    sort: Sort = DEFAULT_SORT
    place: ListPlace | None = None

    @property
    def field(self) -> SortField:
        """What it is sorted by."""
        return _FIELDS[self.sort.removeprefix("-")]

    @property
    def is_descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.sort.startswith("-")


@dataclass(frozen=True, slots=True)
class ListPage:
    """`next_place` is None on the last page."""

    items: list[User]
    next_place: ListPlace | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many there are; `is_complete` is False where counting stopped at `count`."""

    count: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class RoleList:
    """Roles in use, each once, in order; `is_complete` is False where there may be more."""

    items: list[str]
    is_complete: bool
