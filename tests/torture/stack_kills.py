"""SIGKILL of a stack at its start, in each of its phases: the next start has to come to its end."""

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from random import Random

import pg8000.native
import psutil

from api.migrate import FOLDER
from samulator.servers.ports import Ports
from testkit.ports import reserve_ports
from testkit.timing import is_gone, wait_until
from tests.embedded_stack import START_SECONDS, EmbeddedStack, start_stack
from tests.torture.findings import Finding
from tests.torture.small_app import SmallApp, ask

# The longest that a kill is put off once its phase has begun.
_MOST_SECONDS = 0.5
# What is held while the stack is killed, so that it waits there.
_PLACES = {
    "before the first": "CREATE TABLE schema_migrations (x int)",
    "in the first": "CREATE TABLE search_outbox (x int)",
    "in the third": "CREATE TABLE idempotency_keys (x int)",
    "in the fourth, whose index is half built": "LOCK TABLE users IN ROW EXCLUSIVE MODE",
}
_PROMISE = "the next start comes to its end; nothing half made is taken for whole, or left"


def kill_starts(state: Path, kills: int, chance: Random) -> Iterator[Finding]:
    """The project's own stack, killed so often while it makes its database and migrates it.

    Each start finds what the one before left; the last is let be, and a user is written and read.
    """
    ports, data, made = reserve_ports(), state / "postgres", list[bool]()
    for _ in range(kills):
        stack = start_stack(state, ports, until="Starting")
        # A kill that came just too late leaves the next start no initdb.
        wait_until(lambda: _has_initdb(stack) or data.exists(), "no initdb")  # noqa: B023
        time.sleep(chance.uniform(0, _MOST_SECONDS))
        kill(stack)
        made.append(data.exists())
    migrated = []
    for place in _PLACES:
        stack = start_stack(state, ports, until="Starting")
        migrated.append(_kill_in_migration(stack, place))
    wrong = _wrong_after(start_stack(state, ports))
    wrong += [f"left behind: {one.name}" for one in state.glob("postgres-unfinished-*")]
    yield Finding(
        "stack killed in its first start, in initdb",
        kills,
        _PROMISE,
        f"{kills - sum(made)} times before its data had a name, {sum(made)} times just after",
        tuple(wrong),
    )
    yield Finding(
        "stack killed in its first start, in a migration",
        len(migrated),
        _PROMISE,
        ", ".join(migrated),
        tuple(wrong),
    )


def kill_layer_builds(app: SmallApp, state: Path, ports: Ports, kills: int) -> None:
    """Of a small application, whose layer is half built each time; the gate is open afterwards."""
    for _ in range(kills):
        app.began.unlink(missing_ok=True)
        stack = app.start(state, ports, until="building layer")
        wait_until(app.began.exists, "no build of the layer began")
        kill(stack)
    app.open_gate()


def layer_builds(app: SmallApp, stack: EmbeddedStack, kills: int) -> Finding:
    """What the first start that was let be, after those builds, has of the layer."""
    answer = ask(stack)
    wrong = [] if answer == (200, "whole 0 ") else [f"answers {answer}"]
    left = (app.folder / ".samulator/packages").glob(".unfinished-*")
    wrong += [f"left behind: {one.name}" for one in left]
    return Finding(
        "stack killed in its first start, in the build of a layer",
        kills,
        _PROMISE,
        "with half of the layer there" if not wrong else "",
        tuple(wrong),
    )


def kill(stack: EmbeddedStack) -> None:
    """SIGKILL of the stack alone; what it started ends by itself, or when the next start comes."""
    stack.process.kill()
    stack.process.wait()


def _has_initdb(stack: EmbeddedStack) -> bool:
    assert stack.process.poll() is None, stack.output.read_text()
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(stack.process.pid).children(recursive=True)
        return any(_name(child) == "initdb" for child in children)
    return False


def _name(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return process.name()
    return ""


def _kill_in_migration(stack: EmbeddedStack, place: str) -> str:
    """Kills the stack where it waits for a lock that is held here; returns where it was."""
    met = ""
    while not met:
        _must_be_alive(stack)
        # It starts, or it is the server of the stack before, which ends.
        with (
            suppress(pg8000.native.InterfaceError, pg8000.native.DatabaseError, OSError),
            closing(_login(stack)) as database,
        ):
            met = _met(stack, place, database)
            kill(stack)
        time.sleep(0.01)
    return met


def _met(stack: EmbeddedStack, place: str, database: pg8000.native.Connection) -> str:
    try:
        database.run("BEGIN")
        database.run(_PLACES[place])
    except pg8000.native.DatabaseError:
        return f"too late to be {place}"
    while not database.run("SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0]:
        _must_be_alive(stack)
        time.sleep(0.01)
    return place


def _login(stack: EmbeddedStack) -> pg8000.native.Connection:
    """Raises what pg8000 raises, and OSError, where the database is not there yet."""
    password = (stack.state / "postgres.password").read_text().strip()
    place = {"host": "127.0.0.1", "port": stack.ports.postgres, "database": "app"}
    return pg8000.native.Connection("app", password=password, **place)


def _must_be_alive(stack: EmbeddedStack) -> None:
    seconds = time.time() - stack.output.stat().st_ctime
    assert stack.process.poll() is None, stack.output.read_text()
    assert seconds < START_SECONDS, f"nothing comes of it: {stack.output.read_text()}"


def _half_migrated(stack: EmbeddedStack) -> list[str]:
    with closing(_login(stack)) as database:
        ((half,),) = database.run("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
        ((done,),) = database.run("SELECT count(*) FROM schema_migrations")
    wanted = len([*FOLDER.glob("*.sql")])
    wrong = [f"{half} indices are half built"] if half else []
    return wrong if done == wanted else [*wrong, f"{done} of {wanted} migrations are done"]


def _wrong_after(stack: EmbeddedStack) -> list[str]:
    """Writes and reads a user, then ends the stack as Ctrl-C does."""
    wrong = _half_migrated(stack)
    connection = HTTPConnection("127.0.0.1", stack.ports.api, timeout=120)
    body = '{"name": "Ada", "email": "ada@example.com", "role": "admin"}'
    headers = {"content-type": "application/json"}
    for method, path, wanted in (("POST", "/users/", 201), ("GET", "/users/ada@example.com", 200)):
        sent = body if method == "POST" else None
        connection.request(method, path, sent, headers if sent else {})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != wanted:
            wrong.append(f"{method}: {answer.status} {said[:200]!r}")
    connection.close()
    if code := stack.interrupt():
        wrong.append(f"exit code {code}: {stack.output.read_text()[-500:]}")
    wait_until(lambda: is_gone(stack.process.pid))
    return wrong
