"""A row of the table users: its columns, and what they are read into."""

from collections.abc import Iterable
from uuid import UUID

from api.database.session import Row
from api.users.models import StoredUser, User

COLUMNS = "id, name, email, role, created_at, updated_at, version, revision"
SELECT_BY_ID = f"SELECT {COLUMNS} FROM users WHERE id = ANY(CAST(:ids AS uuid[]))"  # noqa: S608 # nosec B608


def stored_user(row: Row) -> StoredUser:
    """A row of COLUMNS."""
    user_id, name, email, role, created_at, updated_at, version, revision = row[:8]
    return StoredUser(
        User(
            id=user_id,
            name=name,
            email=email,
            role=role,
            created_at=created_at,
            updated_at=updated_at,
            version=version,
        ),
        revision,
    )


def by_id(rows: Iterable[Row]) -> dict[UUID, StoredUser]:
    """Rows of COLUMNS under their ids, in the same order."""
    return {row[0]: stored_user(row) for row in rows}
