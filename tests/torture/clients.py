"""Clients that write and read one set of users at once, while the stores break under them."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from tests.api_client import Answer, ApiClient, address
from tests.store_faults import break_
from tests.tcp_proxy import TcpProxy
from tests.torture.calls import patient
from tests.torture.history import Event, History, Row
from tests.torture.stage import Stage

CLIENTS = 4
# How many users are written to at a time, as many by each client: few, so that they meet.
_SHARED = 8
TTL_SECONDS = 10
# The TTL, and as long as a fault may hold back what was on its way to the cache.
STALE_SECONDS = TTL_SECONDS + 5.0
CONVERGED_SECONDS = 120.0
_LAST_SECONDS = 3.0
_STORES = ("postgres", "redis", "opensearch")
_BROKEN = ("refused", "silent", "cut", "reset", "garbage")
_SLOW = (("delay", 0.3), ("late", 0.1), ("late", 0.9), ("drip", 0.01))


def _slow(proxy: TcpProxy, kind: str, seconds: float) -> None:
    setattr(proxy, kind, seconds)


_FAULTS: dict[str, Callable[[TcpProxy], None]] = {
    "black hole": TcpProxy.black_hole,
    **{name: partial(break_, fault=name) for name in _BROKEN},
    **{f"{kind} {by} s": partial(_slow, kind=kind, seconds=by) for kind, by in _SLOW},
}


@dataclass
class Played:
    """A run of the clients: its history, the faults in their order, and how long search took."""

    history: History
    faults: list[str]
    converged_seconds: float


@dataclass
class _Shared:
    """What all clients know. Appending to a list and reading it need no lock."""

    emails: list[str]
    role: str
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)


def play(stage: Stage, seconds: float, seed: int) -> Played:
    """Raises what a client raised; call it on the main thread, which servers end with."""
    stage.heal()
    stage.empty()
    chance = Random(seed)
    shared = _Shared([f"{seed}-{number}@example.com" for number in range(_SHARED)], f"r{seed}")
    clients = [_Client(number, Random(f"{seed}/{number}"), shared) for number in range(CLIENTS)]
    threads = [threading.Thread(target=client.run, args=(stage,)) for client in clients]
    for thread in threads:
        thread.start()
    faults = []
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not shared.errors:
            faults.append(_break(stage, chance, shared.stop))
            stage.sync()
        # What is written now reaches the index by the outbox alone; nothing later mends it.
        stage.proxies.opensearch.refuse()
        shared.stop.wait(_LAST_SECONDS)
        faults.append("opensearch: refused to the end")
    finally:
        shared.stop.set()
        for thread in threads:
            thread.join()
        stage.heal()
    if shared.errors:
        raise shared.errors[0]
    events = [event for client in clients for event in client.events]
    return _end(stage, sorted(events, key=lambda event: event.started), faults)


def _break(stage: Stage, chance: Random, stop: threading.Event) -> str:
    """One fault, for a while, and a while without."""
    store = chance.choice(_STORES)
    name = chance.choice([*_FAULTS, "killed"])
    if name == "killed":
        stage.kill(store)
        stop.wait(chance.uniform(0.1, 1.0))
        stage.restart(store)
        if store == "opensearch":
            stage.sync({"action": "rebuild"})
    else:
        _FAULTS[name](stage.proxy(store))
        stop.wait(chance.uniform(0.2, 3.0))
        stage.heal()
    stop.wait(chance.uniform(0.1, 1.0))
    return f"{store}: {name}"


def _end(stage: Stage, events: list[Event], faults: list[str]) -> Played:
    """Waits until the index finds what PostgreSQL has, or until it should have."""
    started = time.monotonic()
    emails = sorted({event.email for event in events})
    with stage.environment() as api:
        users = {row.email: row for row in _all_users(api)}
        while True:
            stage.sync()
            found = {email: row for email in emails for row in _find(api, email, users.get(email))}
            seconds = time.monotonic() - started
            if found == users or seconds > CONVERGED_SECONDS:
                return Played(History(events, users, found), faults, seconds)


def _all_users(api: ApiClient) -> Iterator[Row]:
    cursor = ""
    while cursor is not None:
        query = f"limit=100&cursor={cursor}" if cursor else "limit=100"
        page = patient(partial(api.get, "/users/", query=query)).json()
        yield from map(_row, page["items"])
        cursor = page["next_cursor"]


def _find(api: ApiClient, email: str, user: Row | None) -> Iterator[Row]:
    """What the index says of this email, when asked for the user's last name.

    A search shows rows as they are in PostgreSQL: an index left behind is seen by what it misses.
    """
    words = user.name if user else email
    page = patient(partial(api.get, "/users/search", query=f"q={words}&limit=100")).json()
    if not page["degraded"]:
        yield from (_row(item) for item in page["items"] if item["email"] == email)


def _row(user: Any) -> Row:
    return Row(user["email"], user["id"], user["version"], user["name"])


class _Client:
    """One environment of the function, and whoever waits for its answers."""

    def __init__(self, number: int, chance: Random, shared: _Shared) -> None:
        self.events: list[Event] = []
        self._number = number
        self._chance = chance
        self._shared = shared
        # Of these a create may still be on its way.
        self._in_doubt: set[str] = set()

    def run(self, stage: Stage) -> None:
        """Until told to stop; what it raises is kept for the main thread."""
        calls = [self._read, self._change, self._change_if, self._create, self._delete]
        try:
            with stage.environment(cache_ttl_seconds=TTL_SECONDS) as api:
                while not self._shared.stop.is_set():
                    (call,) = self._chance.choices(calls, weights=[40, 20, 25, 12, 0.3])
                    call(api, self._chance.randrange(_SHARED))
        except BaseException as error:
            self._shared.errors.append(error)
            raise

    def _read(self, api: ApiClient, place: int) -> None:
        self._get(api, self._shared.emails[place])

    def _get(self, api: ApiClient, email: str) -> Answer:
        return self._done("read", email, partial(api.get, address(email)))

    def _change(self, api: ApiClient, place: int) -> None:
        email, name = self._shared.emails[place], self._new_name()
        self._done("change", email, partial(api.patch, address(email), {"name": name}), name=name)

    def _change_if(self, api: ApiClient, place: int) -> None:
        """What was read is changed, if it is that still."""
        email = self._shared.emails[place]
        answer = self._get(api, email)
        if answer.status == 200:
            name, tag = self._new_name(), {"If-Match": answer.headers["etag"]}
            change = partial(api.patch, address(email), {"name": name}, headers=tag)
            self._done("change", email, change, name=name, base=answer.json()["version"])

    def _create(self, api: ApiClient, place: int) -> None:
        place = self._own(place)
        email, name = self._shared.emails[place], self._new_name()
        body = {"name": name, "email": email, "role": self._shared.role}
        answer = self._done("create", email, partial(api.post, "/users/", body), name=name)
        if answer.status == 503:
            self._in_doubt.add(email)

    def _delete(self, api: ApiClient, place: int) -> None:
        """Its place is another user's from then on: no email is made again, not late either."""
        place = self._own(place)
        email = self._shared.emails[place]
        if email in self._in_doubt:
            return
        answer = self._done("delete", email, partial(api.delete, address(email)))
        if answer.status != 404:
            self._shared.emails[place] = f"{self._new_name()}@example.com"
            self._create(api, place)

    def _own(self, place: int) -> int:
        """Each place has one client that creates and deletes there."""
        return place - place % CLIENTS + self._number

    def _new_name(self) -> str:
        """One word, far from all others, however many typos a search forgives."""
        return f"n{self._chance.getrandbits(80):020x}"

    def _done(
        self,
        kind: str,
        email: str,
        call: Callable[[], Answer],
        *,
        name: str = "",
        base: int | None = None,
    ) -> Answer:
        started = time.monotonic()
        answer = call()
        row = _row(answer.json()) if answer.status in (200, 201) else None
        times = (started, time.monotonic())
        self.events.append(Event(self._number, kind, email, *times, answer.status, name, base, row))
        return answer
