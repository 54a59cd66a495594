"""What can be done with users; the truth decides, the cache and the index only help."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from api.errors import CacheUnavailable, SearchUnavailable, UserNotFound
from api.users.idempotency import IdempotencyKey
from api.users.listing import ListPage, ListRequest, RoleList, Total
from api.users.models import (
    EmailKey,
    NewUser,
    StoredUser,
    User,
    UserChanges,
    email_key,
    sought_key,
)

CacheOutcome = Literal["hit", "miss", "bypass"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """`text` is trimmed and not empty."""

    text: str
    role: str | None
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`total` counts every hit, not only this page's; degraded: without typo tolerance."""

    items: list[User]
    total: int
    degraded: bool


@dataclass(frozen=True, slots=True)
class Creation:
    """A user as it was created; `revision` is None if an earlier attempt of the request did it."""

    user: User
    revision: int | None


class UserStore(Protocol):
    """The truth. Every method may raise DatabaseUnavailable."""

    def add(self, new: NewUser, key: IdempotencyKey) -> Creation: ...
    def get(self, key: EmailKey) -> StoredUser: ...
    def change(
        self, key: EmailKey, changes: UserChanges, *, tags: Sequence[str] | None
    ) -> StoredUser: ...
    def remove(self, key: EmailKey, *, tags: Sequence[str] | None) -> tuple[UUID, int]: ...
    def get_many(self, ids: Sequence[UUID]) -> dict[UUID, StoredUser]: ...
    def list_page(self, request: ListRequest) -> ListPage: ...
    def count(self, role: str | None) -> Total: ...
    def find_roles(self, text: str, *, limit: int) -> RoleList: ...
    def find(self, request: SearchRequest) -> SearchPage: ...


class UserCache(Protocol):
    """Recent reads by email. Every method may raise CacheUnavailable."""

    def get(self, key: EmailKey) -> User | None: ...
    def remember(self, key: EmailKey, revision: int | None) -> None: ...
    def put(self, key: EmailKey, stored: StoredUser) -> None: ...
    def drop(self, keys: Sequence[EmailKey], *, revision: int) -> None: ...
    def drop_many(self, revisions: Mapping[EmailKey, int]) -> None: ...


class UserIndex(Protocol):
    """The search index. Every method may raise SearchUnavailable."""

    def put(self, stored: StoredUser) -> None: ...
    def remove(self, user_id: UUID, *, revision: int) -> None: ...
    def search(self, request: SearchRequest) -> tuple[list[UUID], int]: ...


class UserService:
    """Raises what the store raises; a broken cache or index never shows but in speed."""

    def __init__(self, store: UserStore, cache: UserCache, index: UserIndex) -> None:
        self._store = store
        self._cache = cache
        self._index = index

    def create_user(self, new: NewUser, key: IdempotencyKey) -> User:
        """The same user again for a request that was done before, whatever became of it since."""
        made = self._store.add(new, key)
        if made.revision is not None:
            self._spread(StoredUser(made.user, made.revision), [email_key(new.email)])
        return made.user

    def get_user(self, email: str, *, is_fresh: bool = False) -> tuple[User, CacheOutcome]:
        """`is_fresh` asks the truth, whatever the cache holds."""
        key = sought_key(email)
        outcome: CacheOutcome = "bypass"
        if not is_fresh:
            with suppress(CacheUnavailable):
                if cached := self._cache.get(key):
                    return cached, "hit"
                outcome = "miss"
        stored = self._get_stored(key)
        if outcome == "miss":
            with suppress(CacheUnavailable):
                self._cache.put(key, stored)
        return stored.user, outcome

    def _get_stored(self, key: EmailKey) -> StoredUser:
        """From the truth; the cache shows nothing older here from then on."""
        try:
            stored = self._store.get(key)
        except UserNotFound:
            self._cache.remember(key, None)
            raise
        self._cache.remember(key, stored.revision)
        return stored

    def change_user(self, email: str, changes: UserChanges, *, tags: Sequence[str] | None) -> User:
        key = sought_key(email)
        stored = self._store.change(key, changes, tags=tags)
        self._spread(stored, sorted({key, email_key(stored.user.email)}))
        return stored.user

    def delete_user(self, email: str, *, tags: Sequence[str] | None) -> None:
        key = sought_key(email)
        user_id, revision = self._store.remove(key, tags=tags)
        self._drop_cached([key], revision)
        # The outbox remembers the deletion; see _spread.
        with suppress(SearchUnavailable):
            self._index.remove(user_id, revision=revision)

    def list_users(self, request: ListRequest) -> ListPage:
        return self._store.list_page(request)

    def count_users(self, role: str | None) -> Total:
        return self._store.count(role)

    def find_roles(self, text: str, *, limit: int) -> RoleList:
        """Roles in use that hold the text somewhere; all of them for an empty one."""
        return self._store.find_roles(text, limit=limit)

    def search_users(self, request: SearchRequest) -> SearchPage:
        """Hits come from the index, what they say from the store: never a user that is gone."""
        try:
            ids, total = self._index.search(request)
        except SearchUnavailable:
            return self._store.find(request)
        found = self._store.get_many(ids) if ids else {}
        users = [found[one].user for one in ids if one in found]
        wanted = [user for user in users if request.role in (None, user.role)]
        return SearchPage(wanted, total - (len(ids) - len(wanted)), degraded=False)

    def _spread(self, stored: StoredUser, keys: Sequence[EmailKey]) -> None:
        """Tells the cache and the index of a write that is committed.

        Either may fail: the outbox row of the same write makes SearchSyncFunction repeat both.
        """
        self._drop_cached(keys, stored.revision)
        with suppress(SearchUnavailable):
            self._index.put(stored)

    def _drop_cached(self, keys: Sequence[EmailKey], revision: int) -> None:
        with suppress(CacheUnavailable):
            self._cache.drop(keys, revision=revision)
