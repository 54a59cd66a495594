"""Pages of users in every order: each goes on behind the last user of the page before.

An offset would read all that it skips, and lose or repeat users that are written meanwhile.
"""

from collections.abc import Mapping
from datetime import datetime

from api.database.connection import Database
from api.database.session import Row
from api.users.listing import ListPage, ListPlace, ListRequest, RoleList, SortField, Total
from api.users.rows import COLUMNS, stored_user

# As people sort names: capitals and accents make no difference. The same on every server, whatever
# its locale, and short enough for an index: migration 0004 has the same expression.
NAME_KEY = (
    r"lower(left(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'), 100))"
    ' COLLATE "C"'
)
_KEYS: Mapping[SortField, str] = {
    "updated_at": "updated_at",
    "name": NAME_KEY,
    "email": "email_key",
    "role": "role",
}
_PAGE = """
SELECT {columns}, {key} FROM users WHERE true {after} {role}
ORDER BY {order} LIMIT CAST(:count AS int)"""
_OF_ROLE = "AND role = :role"

# Counting is a walk through an index: it stops where nobody would go on reading.
MOST_COUNTED = 100_000
_COUNT = """
SELECT count(*) FROM (SELECT FROM users WHERE true {role} LIMIT CAST(:most AS int)) counted"""

# From each role straight to the next one in the index, however many users are between.
_MOST_ROLES = 1000
_ROLES = f"""
WITH RECURSIVE known (role, number) AS (
    (SELECT role, 1 FROM users ORDER BY role LIMIT 1)
    UNION ALL
    SELECT (SELECT role FROM users WHERE role > known.role ORDER BY role LIMIT 1), number + 1
    FROM known WHERE role IS NOT NULL AND number <= {_MOST_ROLES}
)
SELECT role, number FROM known
WHERE role ILIKE :term AND number <= {_MOST_ROLES} OR number > {_MOST_ROLES} AND role IS NOT NULL
ORDER BY number LIMIT CAST(:count AS int)"""  # noqa: S608 # nosec B608 # a number of ours


def list_page(database: Database, request: ListRequest) -> ListPage:
    """Raises DatabaseUnavailable."""
    rows = database.run(
        _statement(request),
        repeatable=True,
        count=request.limit + 1,
        **_filter(request.role),
        **_parameters(request.place),
    )
    users = [stored_user(row).user for row in rows[: request.limit]]
    if len(rows) <= request.limit:
        return ListPage(users, None)
    return ListPage(users, ListPlace(users[-1].created_at, users[-1].id, _key(rows[-2])))


def count_users(database: Database, role: str | None) -> Total:
    """Raises DatabaseUnavailable."""
    rows = database.run(
        _COUNT.format(role=_condition(role)),
        repeatable=True,
        most=MOST_COUNTED + 1,
        **_filter(role),
    )
    count: int = rows[0][0]
    return Total(min(count, MOST_COUNTED), is_complete=count <= MOST_COUNTED)


def find_roles(database: Database, pattern: str, *, limit: int) -> RoleList:
    """Roles that match the pattern of ILIKE; raises DatabaseUnavailable.

    It looks through the first thousand: where there are more, roles are something else than roles.
    """
    rows = database.run(_ROLES, repeatable=True, term=pattern, count=limit + 1)
    found = [role for role, number in rows if number <= _MOST_ROLES]
    return RoleList(found[:limit], is_complete=len(rows) <= limit and len(found) == len(rows))


def _statement(request: ListRequest) -> str:
    key = _KEYS.get(request.field)
    fields = [*([] if key is None else [key]), "created_at", "id"]
    direction, comparison = ("DESC", "<") if request.is_descending else ("ASC", ">")
    after = ""
    if request.place is not None:
        kind = "timestamptz" if request.field == "updated_at" else "text"
        values = [
            *([] if key is None else [f"CAST(:key AS {kind})"]),
            *("CAST(:created_at AS timestamptz)", "CAST(:id AS uuid)"),
        ]
        after = f"AND ({', '.join(fields)}) {comparison} ({', '.join(values)})"
    return _PAGE.format(
        columns=COLUMNS,
        key=key or "NULL",
        after=after,
        role=_condition(request.role),
        order=", ".join(f"{field} {direction}" for field in fields),
    )


def _parameters(place: ListPlace | None) -> dict[str, object]:
    if place is None:
        return {}
    known: dict[str, object] = {"created_at": place.created_at.isoformat(), "id": str(place.id)}
    if isinstance(place.key, datetime):
        known["key"] = place.key.isoformat()
    elif place.key is not None:
        known["key"] = place.key
    return known


def _key(row: Row) -> datetime | str | None:
    key: datetime | str | None = row[8]
    return key


def _condition(role: str | None) -> str:
    return "" if role is None else _OF_ROLE


def _filter(role: str | None) -> dict[str, object]:
    return {} if role is None else {"role": role}
