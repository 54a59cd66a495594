"""Migrations: each once, in order, also when several run at once."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.database import Database
from api.migrate import FOLDER, MigrationError, apply_migrations
from api.settings import Settings
from api.wiring import build_database
from local.services.group import DataServices
from tests.integration.api.conftest import settings_for


@pytest.fixture
def settings(services: DataServices) -> Settings:
    """An empty database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    services.postgres.create_database(name)
    return settings_for(services, name)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = build_database(settings, answer_seconds=20)
    yield opened
    opened.close()


def test_empty_database_gets_every_file_once(database: Database) -> None:
    names = [path.name for path in sorted(FOLDER.glob("*.sql"))]
    assert names
    assert apply_migrations(database, FOLDER) == names
    assert apply_migrations(database, FOLDER) == []


def test_two_at_once_apply_each_file_once(settings: Settings, database: Database) -> None:
    barrier = threading.Barrier(4)
    applied: list[list[str]] = []

    def migrate() -> None:
        own = build_database(settings, answer_seconds=20)
        barrier.wait()
        applied.append(apply_migrations(own, FOLDER))
        own.close()

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, applied)) == [0, 0, 0, len(list(FOLDER.glob("*.sql")))]


def test_failing_file_leaves_nothing_of_itself_behind(database: Database, tmp_path: Path) -> None:
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good ();")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE half (); SELECT nonsense;")
    with pytest.raises(Exception, match="nonsense"):
        apply_migrations(database, tmp_path)
    rows = database.run("SELECT to_regclass('good')::text, to_regclass('half')::text")
    assert rows == [["good", None]]


def test_changed_file_is_refused_by_name(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "0001_good.sql"
    path.write_text("CREATE TABLE good ();")
    apply_migrations(database, tmp_path)
    path.write_text("CREATE TABLE other ();")
    with pytest.raises(MigrationError, match=r"0001_good\.sql was changed"):
        apply_migrations(database, tmp_path)


@pytest.mark.parametrize("names", [["1_x.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_misnamed_files_are_refused(database: Database, tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(MigrationError):
        apply_migrations(database, tmp_path)
