"""Users in PostgreSQL: every read and every write is one statement."""

from collections.abc import Sequence
from uuid import UUID

from api.correlation import trace_header
from api.database.connection import ConstraintViolated, Database
from api.database.session import Row
from api.errors import EmailTaken, UserNotFound, VersionMismatch
from api.users.conditions import etag
from api.users.creation import create
from api.users.idempotency import IdempotencyKey
from api.users.keyset import count_users, find_roles, list_page
from api.users.listing import ListPage, ListRequest, RoleList, Total
from api.users.models import EmailKey, NewUser, StoredUser, UserChanges, email_key
from api.users.rows import COLUMNS, SELECT_BY_ID, by_id, stored_user
from api.users.service import Creation, SearchPage, SearchRequest

# conditions.tag_of: 16 bytes as hexadecimal digits.
_TAG = "left(encode(sha256(uuid_send(id) || int8send(version)), 'hex'), 32)"

_CHANGE = f"""
WITH written AS (
    UPDATE users SET
        name = coalesce(CAST(:name AS text), name),
        email = coalesce(CAST(:email AS text), email),
        email_key = coalesce(CAST(:new_key AS text), email_key),
        role = coalesce(CAST(:role AS text), role),
        -- Of two changes at once the second waited for the first, and its now() may be the older.
        updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond'),
        version = version + 1,
        revision = nextval('users_revision')
    WHERE email_key = :key
      AND (CAST(:tags AS text[]) IS NULL OR {_TAG} = ANY(CAST(:tags AS text[])))
    RETURNING {COLUMNS}
), queued AS (
    INSERT INTO search_outbox (user_id, revision, email_keys, trace)
    SELECT id, revision, array_remove(ARRAY[CAST(:key AS text), CAST(:new_key AS text)], NULL),
        CAST(:trace AS text)
    FROM written
)
SELECT {COLUMNS} FROM written"""  # noqa: S608 # nosec B608 # column names only

_REMOVE = f"""
WITH gone AS (
    DELETE FROM users WHERE email_key = :key
      AND (CAST(:tags AS text[]) IS NULL OR {_TAG} = ANY(CAST(:tags AS text[])))
    RETURNING id
), queued AS (
    INSERT INTO search_outbox (user_id, revision, email_keys, trace)
    SELECT id, nextval('users_revision'), ARRAY[CAST(:key AS text)], CAST(:trace AS text) FROM gone
    RETURNING user_id, revision
)
SELECT user_id, revision FROM queued"""  # noqa: S608 # nosec B608 # column names only

_GET = f"SELECT {COLUMNS} FROM users WHERE email_key = :key"  # noqa: S608 # nosec B608

_FIND = f"""
WITH hits AS MATERIALIZED (
    SELECT {COLUMNS} FROM users WHERE {{terms}} {{role}}
), page AS (
    SELECT * FROM hits ORDER BY name, id LIMIT CAST(:count AS int) OFFSET CAST(:skip AS int)
)
SELECT {COLUMNS}, (SELECT count(*) FROM hits) FROM (SELECT 1) one
LEFT JOIN page ON true ORDER BY name, id"""  # noqa: S608 # nosec B608 # column names only

_OF_ROLE = "AND role = :role"
_HAS_TERM = "(name || ' ' || email || ' ' || role) ILIKE :term{}"
_MAX_TERMS = 5


class PostgresUsers:
    """The truth about users. Methods raise DatabaseUnavailable besides what they name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self) -> None:
        """Raises DatabaseUnavailable when PostgreSQL does not answer."""
        self._database.run("SELECT 1", repeatable=True)

    def add(self, new: NewUser, key: IdempotencyKey) -> Creation:
        """Raises EmailTaken, IdempotencyKeyReused or CreationInProgress."""
        return create(self._database, new, key)

    def get(self, key: EmailKey) -> StoredUser:
        """Raises UserNotFound."""
        if row := self._row(key):
            return stored_user(row)
        raise UserNotFound("No user has this email.")

    def change(
        self, key: EmailKey, changes: UserChanges, *, tags: Sequence[str] | None
    ) -> StoredUser:
        """Applies the changes if the user is in the state of one of `tags` (None: in any).

        Raises UserNotFound, VersionMismatch or EmailTaken.
        """
        fields = changes.model_dump(exclude_unset=True)
        email: str | None = fields.get("email")
        try:
            rows = self._database.run(
                _CHANGE,
                key=key,
                name=fields.get("name"),
                email=email,
                new_key=None if email is None else email_key(email),
                role=fields.get("role"),
                tags=None if tags is None else list(tags),
                trace=trace_header(),
            )
        except ConstraintViolated as violation:
            raise EmailTaken("Another user has this email.") from violation
        if not rows:
            raise self._why_untouched(key)
        return stored_user(rows[0])

    def remove(self, key: EmailKey, *, tags: Sequence[str] | None) -> tuple[UUID, int]:
        """Returns the id and the revision of the deletion; raises as `change`."""
        rows = self._database.run(
            _REMOVE,
            key=key,
            tags=None if tags is None else list(tags),
            trace=trace_header(),
        )
        if not rows:
            raise self._why_untouched(key)
        user_id, revision = rows[0]
        return user_id, revision

    def get_many(self, ids: Sequence[UUID]) -> dict[UUID, StoredUser]:
        """Those of `ids` that exist."""
        return by_id(
            self._database.run(SELECT_BY_ID, repeatable=True, ids=[str(one) for one in ids])
        )

    def list_page(self, request: ListRequest) -> ListPage:
        """Users in the order asked for, after the place asked for."""
        return list_page(self._database, request)

    def count(self, role: str | None) -> Total:
        """How many users there are, of one role or of all."""
        return count_users(self._database, role)

    def find_roles(self, text: str, *, limit: int) -> RoleList:
        """Roles that hold the text somewhere, whatever its case."""
        return find_roles(self._database, _like(text), limit=limit)

    def find(self, request: SearchRequest) -> SearchPage:
        """Users whose name, email and role together hold every term somewhere."""
        terms = request.text.split(maxsplit=_MAX_TERMS - 1)
        sql = _FIND.format(
            terms=" AND ".join(_HAS_TERM.format(number) for number in range(len(terms))),
            role="" if request.role is None else _OF_ROLE,
        )
        rows = self._database.run(
            sql,
            repeatable=True,
            count=request.limit,
            skip=request.offset,
            **{f"term{number}": _like(term) for number, term in enumerate(terms)},
            **({} if request.role is None else {"role": request.role}),
        )
        items = [stored_user(row).user for row in rows if row[0] is not None]
        return SearchPage(items, rows[0][-1], degraded=True)

    def _row(self, key: EmailKey) -> Row | None:
        rows = self._database.run(_GET, repeatable=True, key=key)
        return rows[0] if rows else None

    def _why_untouched(self, key: EmailKey) -> UserNotFound | VersionMismatch:
        if row := self._row(key):
            return VersionMismatch(
                f"The user is at {etag(stored_user(row).user)} now; read it again."
            )
        return UserNotFound("No user has this email.")


def _like(term: str) -> str:
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
