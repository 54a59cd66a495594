"""The Lambda entry that applies migrations/NNNN_name.sql, each once, in order."""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pg8000.native import DatabaseError

from api.database.access import grant_access
from api.database.connection import Database
from api.database.session import Session, message, sqlstate
from api.observability import get_logger, no_value_leaves
from api.settings import MigrationSettings, load_migration_settings
from api.wiring import build_database, login_of

FOLDER = Path(__file__).parent / "migrations"
_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_LOCK = 7_203_115
# A file whose first line this is holds one statement that cannot run in a transaction.
_ALONE = "-- no transaction"
# Whoever queues for a table behind a migration waits as long as it does, at most this.
_LOCK_SECONDS = 2
_LOCK_NOT_AVAILABLE = "55P03"
_ATTEMPTS = 30
_PAUSE_SECONDS = 1.0
_HISTORY = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number int PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""

# An index that a run was cut off at is there by name, unused, and kept up to date by every write.
_HALF_BUILT = """
SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE NOT indisvalid AND relowner = CAST(current_user AS regrole)"""


class MigrationError(Exception):
    """The files do not fit each other or the database; nothing more was applied."""


@no_value_leaves()
def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's contract
    """Returns the names of the files applied now; safe when several run at once."""
    applied = migrate(load_migration_settings())
    get_logger().info("migrated", extra={"applied": applied})
    return {"applied": applied}


def migrate(settings: MigrationSettings) -> list[str]:
    """As the owner: applies what is missing, then lets in the user that the functions log in as.

    A database with one login for everything needs no other user. Raises as `apply_migrations`.
    """
    user = login_of(settings)
    database = build_database(settings.as_owner(), answer_seconds=240.0)
    try:
        applied = apply_migrations(database, FOLDER)
        if user.user != login_of(settings.as_owner()).user:
            with database.session() as session:
                grant_access(session, user)
    finally:
        database.close()
    return applied


def apply_migrations(
    database: Database, folder: Path, pause: Callable[[float], None] = time.sleep
) -> list[str]:
    """Applies what the database lacks. Raises MigrationError or what PostgreSQL says.

    A file that meets a lock lets everybody else go first and tries again, for a minute and a half;
    `pause` waits between, in seconds.
    """
    files = _files(folder)
    with database.session() as session:
        _wait_for_turn(session, pause)
        session.run_script(_HISTORY)
        rows = session.run("SELECT number, sha256 FROM schema_migrations")
        done: dict[int, str] = {row[0]: row[1] for row in rows}
        applied = [
            _apply(session, number, path, pause)
            for number, path in files.items()
            if not _is_applied(done.get(number), path)
        ]
        session.run("SELECT pg_advisory_unlock(:lock)", lock=_LOCK)
    return applied


def _files(folder: Path) -> dict[int, Path]:
    files: dict[int, Path] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _FILE.fullmatch(path.name)
        if not match:
            raise MigrationError(f"{path.name} is not named NNNN_name.sql")
        number = int(match[1])
        if number in files:
            raise MigrationError(f"{path.name} and {files[number].name} have the same number")
        files[number] = path
    return files


def _is_applied(known: str | None, path: Path) -> bool:
    if known is not None and known != _sha256(path):
        raise MigrationError(f"{path.name} was changed after it had been applied")
    return known is not None


def _wait_for_turn(session: Session, pause: Callable[[float], None]) -> None:
    """The lock is held until the connection ends: a second run then finds all done.

    Asked for again and again: a statement that waits for it would hold a snapshot, which a
    CREATE INDEX CONCURRENTLY of the run before waits for.
    """
    while not session.run("SELECT pg_try_advisory_lock(:lock)", lock=_LOCK)[0][0]:
        pause(_PAUSE_SECONDS)


def _apply(session: Session, number: int, path: Path, pause: Callable[[float], None]) -> str:
    script = path.read_text(encoding="utf-8")
    try:
        if script.startswith(_ALONE):
            _drop_half_built(session)
            session.run_script(script)
            _record(session, number, path)
        else:
            _in_transaction(session, script, lambda: _record(session, number, path), pause)
    except DatabaseError as error:
        raise MigrationError(f"{path.name}: {message(error)}") from error
    return path.name


def _drop_half_built(session: Session) -> None:
    """IF NOT EXISTS would take one for whole. Nobody else builds any: this run has its turn."""
    for (name,) in session.run(_HALF_BUILT):
        session.run_script(f"DROP INDEX CONCURRENTLY {name}")


def _in_transaction(
    session: Session, script: str, record: Callable[[], None], pause: Callable[[float], None]
) -> None:
    """The script and its record, both or neither. Raises DatabaseError."""
    for attempts_left in reversed(range(_ATTEMPTS)):
        session.run_script(f"BEGIN; SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
        try:
            session.run_script(script)
            record()
            session.run_script("COMMIT")
        except DatabaseError as error:
            if sqlstate(error) != _LOCK_NOT_AVAILABLE or not attempts_left:
                raise
            session.run_script("ROLLBACK")
            pause(_PAUSE_SECONDS)
        else:
            return


def _record(session: Session, number: int, path: Path) -> None:
    session.run(
        "INSERT INTO schema_migrations (number, name, sha256) VALUES (:number, :name, :sha256)",
        number=number,
        name=path.name,
        sha256=_sha256(path),
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
