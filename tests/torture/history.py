"""What concurrent clients did and saw, and what must never be among it."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

ALLOWED = {
    "create": {201, 409, 503},
    "change": {200, 404, 412, 503},
    "delete": {204, 404, 503},
    "read": {200, 404, 503},
}
_WRITES = ("create", "change", "delete")


@dataclass(frozen=True)
class Row:
    """A user as somebody saw it."""

    email: str
    id: str
    version: int
    name: str


@dataclass(frozen=True)
class Event:
    """One call of one client; times in seconds of one clock.

    `kind` is a key of ALLOWED; `name`: what a write was to set; `base`: the version that If-Match
    stood for; `row`: what the answer showed.
    """

    client: int
    kind: str
    email: str
    started: float
    ended: float
    status: int
    name: str = ""
    base: int | None = None
    row: Row | None = None

    @property
    def is_acknowledged(self) -> bool:
        return self.kind in _WRITES and 200 <= self.status < 300


@dataclass(frozen=True)
class History:
    """`users` are those in PostgreSQL in the end, `found` those that the index finds, by email."""

    events: Sequence[Event]
    users: Mapping[str, Row]
    found: Mapping[str, Row]


def violations(history: History, *, stale_seconds: float) -> list[str]:
    """A sentence for each broken promise.

    `stale_seconds`: how long another client's acknowledged write may stay unseen by a read.
    """
    by_email = defaultdict[str, list[Event]](list)
    for event in history.events:
        by_email[event.email].append(event)
    said = [_status(event) for event in history.events]
    for email, events in sorted(by_email.items()):
        user, found = history.users.get(email), history.found.get(email)
        said += _rows(email, events, [row for row in (user, found) if row])
        said += _updates(email, events)
        said += _reads(events, stale_seconds)
        said += _going_back(events)
        said += _end(email, events, user)
        if user != found:
            said.append(f"{email}: search finds {found}, the truth is {user}")
    for email in sorted({*history.users, *history.found} - {*by_email}):
        said.append(f"{email}: nobody wrote it")
    return [text for text in said if text]


def _status(event: Event) -> str:
    if event.status in ALLOWED[event.kind]:
        return ""
    return f"{event.email}: {event.kind} answered {event.status}"


def _rows(email: str, events: Iterable[Event], last: Iterable[Row]) -> Iterator[str]:
    """Each row is this user's, under one id, and a version has one name, which somebody wrote."""
    written = {event.name for event in events if event.kind in _WRITES}
    names: dict[int, str] = {}
    ids: set[str] = set()
    for row in chain((event.row for event in events if event.row), last):
        ids.add(row.id)
        if row.email != email:
            yield f"{email}: answered with {row}"
        elif row.name not in written:
            yield f"{email}: nobody wrote {row}"
        elif names.setdefault(row.version, row.name) != row.name:
            yield f"{email}: version {row.version} is {names[row.version]} and {row.name}"
    if len(ids) > 1:
        yield f"{email}: made more than once, {sorted(ids)}"


def _updates(email: str, events: Iterable[Event]) -> Iterator[str]:
    """No version is acknowledged to two writes; under If-Match nothing comes between."""
    versions: set[int] = set()
    for event in events:
        if not event.is_acknowledged or event.row is None:
            continue
        version = event.row.version
        if version in versions:
            yield f"{email}: version {version} was acknowledged twice, an update is lost"
        versions.add(version)
        if event.base is not None and version != event.base + 1:
            yield f"{email}: a change of version {event.base} made version {version}"


def _reads(events: Sequence[Event], stale_seconds: float) -> Iterator[str]:
    """Who wrote reads it; the others do so in time; nobody misses a user that nobody deleted."""
    writes = [event for event in events if event.is_acknowledged]
    everybodys = _Acknowledged(writes)
    own = {client: _Acknowledged(mine) for client, mine in _by_client(writes).items()}
    none = _Acknowledged(())
    deleted = min((event.started for event in events if event.kind == "delete"), default=math.inf)
    for read in events:
        if read.kind != "read" or read.status not in (200, 404):
            continue
        due = [
            *everybodys.until(read.started - stale_seconds),
            *own.get(read.client, none).until(read.started),
        ]
        if not due:
            continue
        newest = max(due, key=_newness)
        if read.row is None:
            if deleted >= read.ended:
                yield f"{read.email}: client {read.client} read 404 of an acknowledged user"
        elif newest.kind == "delete":
            yield f"{read.email}: client {read.client} read what was deleted"
        elif newest.row and read.row.version < newest.row.version:
            yield (
                f"{read.email}: client {read.client} read version {read.row.version} when"
                f" {newest.row.version} was acknowledged to client {newest.client},"
                f" {read.started - newest.ended:.2f} s before"
            )


class _Acknowledged:
    """Acknowledged writes of one user: histories are too long to look through all for each read."""

    def __init__(self, writes: Iterable[Event]) -> None:
        ordered = sorted(writes, key=lambda write: write.ended)
        self._ended = [write.ended for write in ordered]
        self._newest = list(accumulate(ordered, _newer))

    def until(self, moment: float) -> Sequence[Event]:
        """The write of the latest state among those answered until then, if there are any."""
        count = bisect_right(self._ended, moment)
        return self._newest[count - 1 : count]


def _newer(one: Event, other: Event) -> Event:
    return max(one, other, key=_newness)


def _newness(write: Event) -> float:
    """Orders states of one user: nothing comes after its deletion."""
    if write.kind == "delete":
        return math.inf
    return write.row.version if write.row else 0


def _by_client(events: Iterable[Event]) -> dict[int, list[Event]]:
    found = defaultdict[int, list[Event]](list)
    for event in events:
        found[event.client].append(event)
    return found


def _going_back(events: Sequence[Event]) -> Iterator[str]:
    """No client sees an older state than it has seen; it makes one call after the other."""
    newest: dict[int, int] = {}
    for event in events:
        if event.row is None:
            continue
        version, seen = event.row.version, newest.get(event.client, 0)
        if version < seen:
            yield f"{event.email}: client {event.client} saw version {version} after {seen}"
        newest[event.client] = max(version, seen)


def _end(email: str, events: Iterable[Event], user: Row | None) -> Iterator[str]:
    """The last acknowledged state or a later one is there."""
    acknowledged = [event for event in events if event.is_acknowledged]
    if user is None:
        if acknowledged and not any(event.kind == "delete" for event in events):
            yield f"{email}: acknowledged, and not there in the end"
        return
    if any(event.kind == "delete" for event in acknowledged):
        yield f"{email}: its deletion was acknowledged, and it is there in the end"
    last = max((event.row.version for event in acknowledged if event.row), default=0)
    if user.version < last:
        yield f"{email}: version {last} was acknowledged, {user.version} is there in the end"
