"""A PostgreSQL whose disk is full: what the API answers, and what is there when it has room."""

import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from api import migrate
from api.settings import DatabaseSettings, MigrationSettings
from samulator.servers.postgres import PostgresServer
from testkit.ports import reserve_port
from testkit.timing import wait_until
from tests.api_client import Answer, ApiClient
from tests.torture.calls import ANSWER_SECONDS, patient, says_when
from tests.torture.findings import Finding
from tests.torture.stage import Stage

DISK_MIB = 192
REFUSED = 20


def fill_disk(stage: Stage, folder: Path) -> Finding:
    """A PostgreSQL of its own on a small file system, which is filled, then has room again."""
    name = f"PostgreSQL's disk of {DISK_MIB} MiB is full, then has room"
    promise = f"201, or 503 with `Retry-After` in {ANSWER_SECONDS:g} s; each 201 is there then"
    place = folder / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "none", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        return Finding(name, 0, promise, f"not run: {mounted.stderr.strip() or 'no mount'}")
    server = PostgresServer(place, reserve_port())
    try:
        server.start()
        settings = _migrated(stage, server)
        with stage.environment(**settings) as api:
            return Finding(name, 1, promise, *_write_on_full_disk(api, server, place))
    finally:
        server.stop()
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _write_on_full_disk(
    api: ApiClient, server: PostgresServer, place: Path
) -> tuple[str, tuple[str, ...]]:
    """What was measured, and what is wrong."""
    made, slowest, refused, wrong = [], 0.0, 0, []
    healthy = max(_seconds_of(lambda: made.append(_create(api))) for _ in range(5))
    ballast = place / "ballast"
    _fill(ballast)
    while refused < REFUSED and len(made) < 2000:
        seconds = _seconds_of(lambda: made.append(_create(api)))
        slowest = max(slowest, seconds)
        if made[-1].status == 503:
            refused += 1
            if not says_when(made[-1].headers):
                wrong.append("503 without Retry-After or problem")
        elif made[-1].status != 201:
            wrong.append(f"status {made[-1].status}")
    if slowest > ANSWER_SECONDS + healthy:
        wrong.append(f"{slowest:.3f} s, bound {ANSWER_SECONDS + healthy:.3f} s")
    ballast.unlink()
    if not server.is_running():
        server.stop()
        server.start()
    wait_until(lambda: _create(api).status == 201, "no create works though the disk has room")
    created = {answer.json()["email"] for answer in made if answer.status == 201}
    there = _all_emails(api)
    if lost := created - there:
        wrong.append(f"{len(lost)} acknowledged users are lost")
    if not refused:
        wrong.append("the disk was never full")
    figure = f"{len(created)} times 201, {refused} times 503, the slowest in {slowest:.3f} s"
    return figure, tuple(wrong)


def _create(api: ApiClient) -> Answer:
    email = f"{uuid4().hex}@example.com"
    return api.post("/users/", {"name": "N" * 200, "email": email, "role": "r"})


def _all_emails(api: ApiClient) -> set[str]:
    found: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        query = f"limit=100&cursor={cursor}" if cursor else "limit=100"
        page = patient(partial(api.get, "/users/", query=query)).json()
        found |= {item["email"] for item in page["items"]}
        cursor = page["next_cursor"]
    return found


def _fill(ballast: Path) -> None:
    """To the last byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def _migrated(stage: Stage, server: PostgresServer) -> dict[str, Any]:
    """A database of the API on that server; the settings that lead there."""
    changes = {"database_port": server.port, "database_password": _secret(stage, server.password)}
    server.create_database("torture")
    settings = stage.settings.model_copy(update=changes)
    migrate.migrate(
        MigrationSettings(
            database_owner_user="app",
            database_owner_password=server.password,
            database_owner_secret_arn="",
            **settings.model_dump(include=DatabaseSettings.model_fields.keys()),
        )
    )
    return changes


def _secret(stage: Stage, text: str) -> Any:
    return type(stage.settings.database_password)(text)


def _seconds_of(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started
