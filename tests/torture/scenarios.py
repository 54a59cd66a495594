"""What is no fault of a connection: a worker that freezes, a long backlog, and those elsewhere."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil
import redis

from api import search_sync
from api.settings import Settings
from api.wiring import build_database
from testkit.timing import LONG_SECONDS, wait_until
from tests.api_client import Answer, ApiClient
from tests.torture.calls import Known, patient
from tests.torture.clients import CONVERGED_SECONDS
from tests.torture.clock import step_clock
from tests.torture.disk import fill_disk
from tests.torture.etl_kills import kill_etl
from tests.torture.findings import Finding
from tests.torture.stack_kills import kill_starts
from tests.torture.stacks import break_stacks
from tests.torture.stage import Stage

ROUNDS = 5
BACKLOG = 4000
REDIS_SECONDS = 0.043
# How long a write may wait before the relay's schedule begins to look at it.
SCHEDULE_SECONDS = 60.0

_BACKLOG = """
WITH written AS (
    INSERT INTO users (id, name, email, email_key, role)
    SELECT gen_random_uuid(), 'backlog', i || '@backlog.org', i || '@backlog.org', 'backlog'
    FROM generate_series(1, CAST(:count AS int)) i
    RETURNING id, revision, email_key
)
INSERT INTO search_outbox (user_id, revision, email_keys)
SELECT id, revision, ARRAY[email_key] FROM written"""
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = current_user AND pid <> pg_backend_pid()"""


@dataclass(frozen=True)
class Extent:
    """How often: kills of a start in each phase, of the project's own stack too, and saves."""

    kills: int
    own_stack: bool
    saves: int


SHORT = Extent(kills=1, own_stack=False, saves=50)
WHOLE = Extent(kills=2, own_stack=True, saves=200)
LONG = Extent(kills=4, own_stack=True, saves=1000)


def run_scenarios(stage: Stage, folder: Path, extent: Extent, seed: int) -> Iterator[Finding]:
    """In this order; the stage is healed before each."""
    for scenario in (freeze_worker, drain_backlog, step_clock, lambda one: fill_disk(one, folder)):
        stage.heal()
        yield scenario(stage)
    yield from kill_etl()
    if extent.own_stack:
        yield from kill_starts(folder / "own-state", extent.kills, Random(seed))
    yield from break_stacks(folder, kills=extent.kills, saves=extent.saves)
    stage.heal()
    stage.empty()


def freeze_worker(stage: Stage) -> Finding:
    """SIGSTOP in the middle of a change or between two, its connections are cut, SIGCONT."""
    wrong: list[str] = []
    statuses: list[int] = []
    with _worker(stage) as (process, api), stage.environment() as sound:
        known = Known.create(sound)
        for number in range(ROUNDS):
            answer = _change_while_frozen(stage, process, known.calls("postgres")[2].make, api)
            statuses.append(answer.status)
            if said := known.calls("postgres")[2].judge(answer):
                wrong.append(f"round {number}: {said}")
            with _frozen(process):
                _cut_connections(stage)
            if (said := known.after(api, "postgres")) and not said.endswith("status 503"):
                wrong.append(f"round {number}, first request after it: {said}")
    return Finding(
        "worker frozen in a change and between two, its connections cut, thawed",
        2 * ROUNDS,
        "a right answer or 503 with `Retry-After`; the next is right, no write is lost",
        f"changes that were cut: {', '.join(map(str, statuses))}",
        tuple(wrong),
    )


def drain_backlog(stage: Stage) -> Finding:
    """OpenSearch was away while thousands of users were written; then Redis is far away."""
    stage.empty()
    database = build_database(stage.settings, answer_seconds=LONG_SECONDS)
    database.run(_BACKLOG, count=BACKLOG)
    database.close()
    stage.proxies.redis.late = REDIS_SECONDS
    stage.proxies.redis.count()
    through = stage.settings.model_copy(update=stage.proxies.settings())
    started, pending = time.monotonic(), BACKLOG
    while pending and time.monotonic() - started < CONVERGED_SECONDS:
        pending = search_sync.synchronise(through, {}, None)["pending"]
    seconds = SCHEDULE_SECONDS + time.monotonic() - started
    with stage.environment() as api:
        found = patient(lambda: api.get("/users/search", query="q=backlog")).json()
    wrong = []
    if seconds > CONVERGED_SECONDS:
        wrong.append(f"{seconds:.0f} s")
    if (found["total"], found["degraded"]) != (BACKLOG, False):
        wrong.append(f"search finds {found['total']}, degraded {found['degraded']}")
    return Finding(
        f"{BACKLOG:,} users written while OpenSearch was away, then Redis at"
        f" {REDIS_SECONDS * 1000:.0f} ms",
        1,
        f"searchable in {CONVERGED_SECONDS:.0f} s",
        f"{seconds - SCHEDULE_SECONDS:.1f} s with {stage.proxies.redis.round_trips} round trips to"
        f" Redis, after at most {SCHEDULE_SECONDS:.0f} s until the relay's turn",
        tuple(wrong),
    )


@contextmanager
def _worker(stage: Stage) -> Iterator[tuple[psutil.Process, ApiClient]]:
    settings = stage.settings.model_copy(update=stage.proxies.settings())
    with subprocess.Popen(
        [sys.executable, "-m", "tests.torture.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(_plain(settings)) + "\n")

        def ask(event: Any, _context: Any) -> dict[str, Any]:
            process.stdin.write(json.dumps(event) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        try:
            yield psutil.Process(process.pid), ApiClient(ask)
        finally:
            process.stdin.close()


def _plain(settings: Settings) -> dict[str, Any]:
    """With its passwords as they are."""
    return {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else value
        for name, value in settings.model_dump().items()
    }


def _change_while_frozen(
    stage: Stage, process: psutil.Process, change: Callable[[ApiClient], Answer], api: ApiClient
) -> Answer:
    """The change has reached PostgreSQL, whose answer is on its way, when the worker stops."""
    answers: list[Answer] = []
    proxy = stage.proxies.postgres
    proxy.late = 0.2
    proxy.count()
    call = threading.Thread(target=lambda: answers.append(change(api)))
    call.start()
    wait_until(lambda: proxy.round_trips)
    with _frozen(process):
        _cut_connections(stage)
        proxy.heal()
    call.join()
    return answers[0]


@contextmanager
def _frozen(process: psutil.Process) -> Iterator[None]:
    process.suspend()
    wait_until(lambda: process.status() == psutil.STATUS_STOPPED)
    try:
        yield
    finally:
        process.resume()


def _cut_connections(stage: Stage) -> None:
    """At the servers' end, as a failover does; what is between is cut as well."""
    database = build_database(stage.settings, answer_seconds=LONG_SECONDS)
    database.run(_CUT)
    database.close()
    with redis.Redis(host=stage.settings.redis_host, port=stage.settings.redis_port) as cache:
        cache.client_kill_filter(_type="normal", skipme=True)
    for proxy in (stage.proxies.postgres, stage.proxies.redis, stage.proxies.opensearch):
        proxy.cut()
