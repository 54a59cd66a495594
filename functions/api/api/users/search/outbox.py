"""The relay: brings the index, and the cache, to the state of every user that changed."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from api.correlation import root_of, tell_of
from api.database.connection import Database
from api.database.session import Session
from api.errors import CacheUnavailable
from api.users.models import EmailKey
from api.users.rows import SELECT_BY_ID, by_id
from api.users.search.bulk import write_bulk
from api.users.search.client import Client
from api.users.search.document import ALIAS
from api.users.service import UserCache

# Held shared by every relay, exclusively by a rebuild, which needs the outbox to stand still.
LOCK = 7_203_114
# How the traces of writes call what is done here.
_SERVICE = "search-sync"

_TAKE = """
SELECT position, user_id, revision, email_keys, trace FROM search_outbox
WHERE position > :after ORDER BY position LIMIT CAST(:count AS int) FOR UPDATE SKIP LOCKED"""
_DONE = "DELETE FROM search_outbox WHERE position = ANY(CAST(:positions AS bigint[]))"
_BACKLOG = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(queued_at)), 0)::float8
FROM search_outbox"""


@dataclass(frozen=True, slots=True)
class Change:
    """One outbox row: that a user changed, and the emails under which it may be cached.

    `trace` is X-Amzn-Trace-Id of the write, None of one that code before that column made.
    """

    position: int
    user_id: UUID
    revision: int
    email_keys: list[EmailKey]
    trace: str | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be done, and how long the oldest of it has waited."""

    rows: int
    oldest_seconds: float


class Relay:
    """Drains the outbox. Several may run at once: each row is taken by one of them."""

    def __init__(self, database: Database, cache: UserCache, client: Client) -> None:
        self._database = database
        self._cache = cache
        self._client = client
        # Of the writes that were brought to the index so far, as logs name them.
        self.traces: set[str] = set()

    def drain(self, *, until: float, batch: int = 500) -> int:
        """Returns how many rows were done by `until` (time.monotonic); the rest stays queued.

        Raises SearchUnavailable or DatabaseUnavailable; what a batch held stays queued then.
        """
        done, after = 0, 0
        while time.monotonic() < until:
            with self._database.transaction() as session:
                changes = _take(session, after, batch)
                done += self._apply(session, changes)
            if len(changes) < batch:
                break
            after = changes[-1].position
        return done

    def backlog(self) -> Backlog:
        rows, seconds = self._database.run(_BACKLOG, repeatable=True)[0]
        return Backlog(rows, seconds)

    def _apply(self, session: Session, changes: Sequence[Change]) -> int:
        if not changes:
            return 0
        started = time.time()
        # In the order of the outbox: of two changes the later revision counts. A dead cache is left
        # to its breaker and to the TTL of what it holds.
        with suppress(CacheUnavailable):
            self._cache.drop_many(_latest(changes))
        revisions = {change.user_id: change.revision for change in changes}
        users = by_id(session.run(SELECT_BY_ID, ids=[str(one) for one in revisions]))
        refused = write_bulk(self._client, ALIAS, revisions, users)
        done = [change for change in changes if change.user_id not in refused]
        session.run(_DONE, positions=[change.position for change in done])
        self._tell(done, started)
        return len(done)

    def _tell(self, done: Sequence[Change], started: float) -> None:
        for trace in {change.trace for change in done if change.trace}:
            tell_of(trace, _SERVICE, started)
            self.traces.add(root_of(trace))


def _latest(changes: Sequence[Change]) -> dict[EmailKey, int]:
    latest: dict[EmailKey, int] = {}
    for change in changes:
        for key in change.email_keys:
            latest[key] = max(change.revision, latest.get(key, 0))
    return latest


def _take(session: Session, after: int, count: int) -> list[Change]:
    if not session.run("SELECT pg_try_advisory_xact_lock_shared(:lock)", lock=LOCK)[0][0]:
        return []
    rows = session.run(_TAKE, after=after, count=count)
    return [Change(*row) for row in rows]
