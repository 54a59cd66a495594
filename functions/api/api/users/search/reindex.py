"""Builds the index anew behind its alias: searches are answered by the old one until the swap."""

import re
import uuid
from contextlib import suppress
from datetime import UTC, datetime

from api.database.connection import Database
from api.database.session import Session
from api.errors import SearchUnavailable
from api.users.rows import COLUMNS, by_id
from api.users.search.bulk import write_bulk
from api.users.search.client import Client, understood
from api.users.search.document import ALIAS, INDEX, SHAPE
from api.users.search.outbox import LOCK

_PAGE = f"""
SELECT {COLUMNS} FROM users WHERE id > CAST(:after AS uuid)
ORDER BY id LIMIT CAST(:count AS int)"""  # noqa: S608 # nosec B608 # column names only
_SECONDS = 10.0
_PREFIX = f"{ALIAS}-{SHAPE}-"
_OURS = re.compile(rf"{ALIAS}-([0-9a-f]{{8}}-)?[0-9]{{14}}-[0-9a-f]{{6}}")


def has_index(client: Client) -> bool:
    """Whether the alias names an index of today's shape. Raises SearchUnavailable."""
    return any(name.startswith(_PREFIX) for name in _indices(client))


def rebuild(
    database: Database, client: Client, *, wait: bool = True, batch: int = 1000
) -> int | None:
    """Returns how many users the new index holds; None, without `wait`, if another run is at it.

    No relay runs meanwhile, so the outbox keeps every later write: drain it afterwards.
    Raises SearchUnavailable or DatabaseUnavailable; the alias is as it was then.
    """
    with database.session() as session:
        if not _lock(session, wait=wait):
            return None
        # If this fails the session is closed, and the lock goes with it.
        count = _rebuild_locked(session, client, batch)
        session.run("SELECT pg_advisory_unlock(:lock)", lock=LOCK)
        return count


def _lock(session: Session, *, wait: bool) -> bool:
    if not wait:
        return bool(session.run("SELECT pg_try_advisory_lock(:lock)", lock=LOCK)[0][0])
    session.run("SELECT pg_advisory_lock(:lock)", lock=LOCK)
    return True


def _rebuild_locked(session: Session, client: Client, batch: int) -> int:
    name = f"{_PREFIX}{datetime.now(UTC):%Y%m%d%H%M%S}-{uuid.uuid4().hex[:6]}"
    client.call("PUT", f"/{name}", body=INDEX, seconds=_SECONDS)
    try:
        count = _fill(session, client, name, batch)
        client.call("POST", f"/{name}/_refresh", seconds=_SECONDS)
        _swap(client, name)
    except BaseException:
        with suppress(SearchUnavailable):
            client.call("DELETE", f"/{name}", seconds=_SECONDS)
        raise
    return count


def _fill(session: Session, client: Client, name: str, batch: int) -> int:
    count, after = 0, str(uuid.UUID(int=0))
    while rows := session.run(_PAGE, after=after, count=batch):
        users = by_id(rows)
        revisions = {user_id: stored.revision for user_id, stored in users.items()}
        if refused := write_bulk(client, name, revisions, users):
            raise SearchUnavailable(f"The new index refused {len(refused)} users.")
        count += len(rows)
        after = str(rows[-1][0])
    return count


def _swap(client: Client, name: str) -> None:
    """In one step: the alias names the new index, and every other one is gone.

    Also those of ours that nothing names: a rebuild that was killed left them half built.
    """
    left = filter(_OURS.fullmatch, _names(client, f"/{ALIAS}-*"))
    stale = sorted({*_indices(client), *left} - {name})
    actions: list[dict[str, dict[str, str]]] = [{"remove_index": {"index": one}} for one in stale]
    actions.append({"add": {"index": name, "alias": ALIAS}})
    client.call("POST", "/_aliases", body={"actions": actions}, seconds=_SECONDS)


def _indices(client: Client) -> list[str]:
    """The indices behind the alias; or an index that was made under its name by mistake."""
    if client.call("HEAD", f"/{ALIAS}", seconds=_SECONDS) is not True:
        return []
    return _names(client, f"/{ALIAS}")


def _names(client: Client, path: str) -> list[str]:
    answer = client.call("GET", path, seconds=_SECONDS)
    with understood():
        return [str(name) for name in dict(answer)]
