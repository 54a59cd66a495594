"""A clock that is set back, then forward, under the API: PostgreSQL's, whose time the API goes by.

The API itself waits and gives up by a clock that no setting moves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from api import migrate, search_sync
from api.database import parameters
from api.database.connection import Database
from api.settings import Settings
from api.wiring import build_database
from testkit.timing import LONG_SECONDS
from tests.api_client import Answer, ApiClient, address
from tests.integration.api.conftest import migration_settings_for
from tests.torture.calls import patient
from tests.torture.findings import Finding
from tests.torture.stage import Stage

_DATABASE = "stepped"
_PATH = "stepped, pg_catalog, public, pg_temp"
_BACK, _FORWARD = "-1 hour", "25 hours"
_KEY = {"Idempotency-Key": "clock-scenario-1"}
_ADA, _BEN, _EVE = (f"{name}@clock.example" for name in ("ada", "ben", "eve"))
# What the API's statements and the columns' defaults call, once this stands before pg_catalog.
_CLOCK = """
CREATE SCHEMA stepped;
GRANT USAGE ON SCHEMA stepped TO PUBLIC;
CREATE TABLE stepped.clock (step interval NOT NULL);
GRANT SELECT ON stepped.clock TO PUBLIC;
INSERT INTO stepped.clock VALUES ('0');
CREATE FUNCTION stepped.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT pg_catalog.now() + step FROM stepped.clock';
CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + step FROM stepped.clock';
ALTER TABLE users ALTER created_at SET DEFAULT stepped.now(),
    ALTER updated_at SET DEFAULT stepped.now();
ALTER TABLE search_outbox ALTER queued_at SET DEFAULT stepped.now();
ALTER TABLE idempotency_keys ALTER created_at SET DEFAULT stepped.now()"""


def step_clock(stage: Stage) -> Finding:
    """An hour back between writes, then a day on: order, caches, repeats and the index."""
    stage.empty()
    with _stepped(stage) as (settings, clock), stage.environment(database_name=_DATABASE) as api:
        wrong = _step_back(api, clock)
        wrong += _step_forward(api, clock, settings)
    return Finding(
        "PostgreSQL's clock set back an hour, then forward 25, between writes (in its own now())",
        2,
        "what changes later is later; nobody is missed or twice in a listing; a repeat is known"
        " for its day and no user is made twice; search follows",
        "in order" if not wrong else "",
        tuple(wrong),
    )


def _step_back(api: ApiClient, clock: Database) -> list[str]:
    made = patient(lambda: _create(api, _ADA, _KEY)).json()
    _set(clock, _BACK)
    changed = patient(lambda: api.patch(address(_ADA), {"name": "Ada B"})).json()
    wrong = []
    if not changed["updated_at"] > made["updated_at"]:
        wrong.append(f"{changed['updated_at']} is not after {made['updated_at']}")
    if (read := patient(lambda: api.get(address(_ADA))).json()) != changed:
        wrong.append(f"reads {read} instead of {changed}")
    if (again := patient(lambda: _create(api, _ADA, _KEY))).status != 201:
        wrong.append(f"a repeated creation answers {again.status}")
    later = patient(lambda: _create(api, _BEN, {})).json()
    if not later["created_at"] < made["created_at"]:
        wrong.append(f"the clock was not set back: {later['created_at']}")
    return wrong


def _step_forward(api: ApiClient, clock: Database, settings: Settings) -> list[str]:
    """The key is forgotten after its day; the email is taken all the same."""
    _set(clock, _FORWARD)
    patient(lambda: _create(api, _EVE, {}))
    wrong = []
    if emails := _out_of_place(api):
        wrong.append(f"lists {emails}")
    report = search_sync.synchronise(settings, {}, None)
    if (report["pending"], report["keys_forgotten"] > 0) != (0, True):
        wrong.append(f"the relay says {report}")
    if (again := patient(lambda: _create(api, _ADA, _KEY))).status != 409:
        wrong.append(f"a creation repeated after its day answers {again.status}")
    found = patient(lambda: api.get("/users/search", query="q=clock.example")).json()
    if (found["total"], found["degraded"]) != (3, False):
        wrong.append(f"search finds {found['total']}, degraded {found['degraded']}")
    return wrong


def _create(api: ApiClient, email: str, headers: dict[str, str]) -> Answer:
    return api.post("/users/", {"name": "Ada", "email": email, "role": "r"}, headers=headers)


def _out_of_place(api: ApiClient) -> list[str]:
    """All emails in pages of one, unless each is there once."""
    emails: list[str] = []
    query: str | None = "limit=1"
    while query:
        asked = query
        page: Any = patient(lambda: api.get("/users/", query=asked)).json()  # noqa: B023
        emails += [item["email"] for item in page["items"]]
        query = f"limit=1&cursor={page['next_cursor']}" if page["next_cursor"] else None
    return [] if sorted(emails) == [_ADA, _BEN, _EVE] else emails


def _set(clock: Database, step: str) -> None:
    clock.run("UPDATE stepped.clock SET step = CAST(:step AS interval)", step=step)


@contextmanager
def _stepped(stage: Stage) -> Iterator[tuple[Settings, Database]]:
    """A database whose clock can be set: its settings, and a connection that sets it."""
    stage.services.data["postgres"].create_database(_DATABASE)
    owner = migration_settings_for(stage.services, _DATABASE)
    migrate.migrate(owner)
    clock = build_database(owner.as_owner(), answer_seconds=LONG_SECONDS)
    stepped = {**parameters._PARAMETERS, "search_path": _PATH}
    try:
        with clock.session() as session:
            session.run_script(_CLOCK)
        with patch.object(parameters, "_PARAMETERS", stepped):
            yield stage.settings.model_copy(update={"database_name": _DATABASE}), clock
    finally:
        clock.close()
