"""Migrations: each once, in order, also when several run at once."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pg8000.native import DatabaseError
from pydantic import SecretStr

from api.database.connection import Database
from api.database.session import sqlstate
from api.errors import DatabaseUnavailable
from api.migrate import FOLDER, MigrationError, apply_migrations, migrate
from api.settings import DatabaseSettings, MigrationSettings
from api.wiring import build_database
from samulator.servers.group import Servers
from tests.integration.api.conftest import migration_settings_for

PASSWORD = SecretStr("never to be seen in a log")


@pytest.fixture
def settings(services: Servers) -> MigrationSettings:
    """An empty database of the test's own, and a user of its own for it."""
    name = f"test_{uuid.uuid4().hex}"
    services.data["postgres"].create_database(name)
    settings = migration_settings_for(services, name)
    return settings.model_copy(update={"database_user": f'"{name}', "database_password": PASSWORD})


@pytest.fixture
def owner(settings: MigrationSettings) -> DatabaseSettings:
    return settings.as_owner()


@pytest.fixture
def database(owner: DatabaseSettings) -> Iterator[Database]:
    opened = build_database(owner, answer_seconds=20)
    yield opened
    opened.close()


def test_empty_database_gets_every_file_once(database: Database) -> None:
    names = [path.name for path in sorted(FOLDER.glob("*.sql"))]
    assert names
    assert apply_migrations(database, FOLDER) == names
    assert apply_migrations(database, FOLDER) == []


def test_two_at_once_apply_each_file_once(owner: DatabaseSettings, database: Database) -> None:
    barrier = threading.Barrier(4)
    applied: list[list[str]] = []

    def migrate() -> None:
        own = build_database(owner, answer_seconds=20)
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
    with pytest.raises(MigrationError, match=r'^0002_bad\.sql: column "nonsense" does not exist$'):
        apply_migrations(database, tmp_path)
    rows = database.run("SELECT to_regclass('good')::text, to_regclass('half')::text")
    assert rows == [["good", None]]


def test_a_migration_that_meets_a_reader_lets_others_read_and_comes_back(
    owner: DatabaseSettings, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "0001_table.sql").write_text(
        "CREATE TABLE good (); INSERT INTO good DEFAULT VALUES;"
    )
    apply_migrations(database, tmp_path)
    (tmp_path / "0002_column.sql").write_text("ALTER TABLE good ADD COLUMN x int;")
    reader, others = build_database(owner), build_database(owner)
    read: list[object] = []
    with reader.session() as open_reader:
        open_reader.run_script("BEGIN; SELECT * FROM good")

        def meanwhile(_seconds: float) -> None:
            # What queues behind a waiting ALTER TABLE would wait for this reader too.
            read.extend(others.run("SELECT count(*) FROM good"))
            open_reader.run_script("COMMIT")

        assert apply_migrations(database, tmp_path, meanwhile) == ["0002_column.sql"]
    assert read == [[1]]
    assert others.run("SELECT x FROM good") == [[None]]
    reader.close()
    others.close()


def test_a_lock_that_never_goes_leaves_nothing_behind_and_is_named(
    owner: DatabaseSettings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.migrate._ATTEMPTS", 2)
    (tmp_path / "0001_table.sql").write_text("CREATE TABLE good ();")
    apply_migrations(database, tmp_path)
    (tmp_path / "0002_both.sql").write_text("CREATE TABLE half (); DROP TABLE good;")
    reader = build_database(owner)
    pauses: list[float] = []
    with reader.session() as open_reader:
        open_reader.run_script("BEGIN; SELECT * FROM good")
        with pytest.raises(MigrationError, match=r"^0002_both\.sql: .*lock timeout"):
            apply_migrations(database, tmp_path, pauses.append)
    reader.close()
    assert len(pauses) == 1
    rows = database.run("SELECT to_regclass('good')::text, to_regclass('half')::text")
    assert rows == [["good", None]]
    assert apply_migrations(database, tmp_path) == ["0002_both.sql"]


def test_an_index_that_a_run_was_cut_off_at_is_built_anew(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "0001_table.sql").write_text(
        "CREATE TABLE good (x int); INSERT INTO good VALUES (1), (1);"
    )
    apply_migrations(database, tmp_path)
    # A build that ends in the middle leaves the index invalid, as one that finds a duplicate does.
    with database.session() as session, pytest.raises(DatabaseError, match="duplicated"):
        session.run_script("CREATE UNIQUE INDEX CONCURRENTLY good_x ON good (x)")
    (tmp_path / "0002_index.sql").write_text(
        "-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS good_x ON good (x);"
    )
    assert apply_migrations(database, tmp_path) == ["0002_index.sql"]
    rows = database.run("SELECT indisvalid FROM pg_index WHERE indexrelid = 'good_x'::regclass")
    assert rows == [[True]]


def test_a_file_that_says_so_runs_without_a_transaction(
    owner: DatabaseSettings, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "0001_table.sql").write_text("CREATE TABLE good (x int);")
    (tmp_path / "0002_index.sql").write_text(
        "-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS good_x ON good (x);"
    )
    waiting, go_on = threading.Event(), threading.Event()
    other = build_database(owner, answer_seconds=20)

    def wait(_seconds: float) -> None:
        waiting.set()
        go_on.wait(60)

    second: list[list[str]] = []
    thread = threading.Thread(target=lambda: second.append(apply_migrations(other, tmp_path, wait)))
    blocker = build_database(owner)
    with blocker.session() as holder:
        holder.run("SELECT pg_advisory_lock(7203115)")
        thread.start()
        assert waiting.wait(60)
        holder.run("SELECT pg_advisory_unlock(7203115)")
    # The second run waits for its turn meanwhile, and holds nothing that the index waits for.
    assert apply_migrations(database, tmp_path) == ["0001_table.sql", "0002_index.sql"]
    go_on.set()
    thread.join()
    assert second == [[]]
    assert database.run(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'good_x'::regclass"
    ) == [[True]]
    for opened in (blocker, other):
        opened.close()


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


def rows(settings: DatabaseSettings, sql: str) -> list[list[object]]:
    opened = build_database(settings)
    try:
        return opened.run(sql)
    finally:
        opened.close()


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE users",
        "TRUNCATE users",
        "ALTER TABLE users ADD COLUMN x int",
        "CREATE TABLE own ()",
        "SELECT * FROM schema_migrations",
        "CREATE ROLE other",
        "SELECT setval('users_revision', 1)",
    ],
)
def test_user_of_the_functions_writes_rows_and_changes_no_table(
    settings: MigrationSettings, sql: str
) -> None:
    migrate(settings)
    assert rows(settings, "SELECT count(*) FROM users") == [[0]]
    with pytest.raises(DatabaseError) as refused:
        rows(settings, sql)
    assert sqlstate(refused.value) == "42501"


def test_new_password_of_the_user_is_taken_over_and_the_old_one_refused(
    settings: MigrationSettings,
) -> None:
    migrate(settings)
    changed = settings.model_copy(update={"database_password": SecretStr("pä'ss\\w %I $1")})
    assert migrate(changed) == []
    assert rows(changed, "SELECT 1") == [[1]]
    with pytest.raises(DatabaseUnavailable):
        rows(settings, "SELECT 1")


def test_password_of_the_user_is_in_no_log_of_the_database(
    settings: MigrationSettings, owner: DatabaseSettings, services: Servers
) -> None:
    superuser = owner.model_copy(update={"database_user": "postgres"})
    rows(superuser, f"ALTER DATABASE {settings.database_name} SET log_statement = 'all'")
    migrate(settings)
    logged = services.data["postgres"]._process._log.read_text()
    assert "LOGIN PASSWORD 'SCRAM-SHA-256$" in logged
    assert PASSWORD.get_secret_value() not in logged


def test_database_with_one_login_for_everything_needs_no_other_user(
    settings: MigrationSettings,
) -> None:
    alone = settings.as_owner()
    before = rows(alone, "SELECT count(*) FROM pg_roles")
    assert migrate(settings.model_copy(update={"database_user": "app"})) != []
    assert rows(alone, "SELECT count(*) FROM pg_roles") == before
