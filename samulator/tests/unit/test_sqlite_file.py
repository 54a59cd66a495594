"""A file of what was kept is never taken for a new one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from samulator.servers.aws.storage.index import open_index
from samulator.sqlite_file import FileUnusable, SqliteFile

SCHEMA = "CREATE TABLE thing (name TEXT); CREATE INDEX thing_by_name ON thing (name)"


def opened(path: Path, layout: int = 3) -> SqliteFile:
    return SqliteFile(path, SCHEMA, layout=layout)


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "things.sqlite"
    with closing(opened(path)) as file:
        file.run("INSERT INTO thing VALUES ('a')")
    with closing(opened(path)) as file:
        assert file.rows("SELECT name FROM thing") == [("a",)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["things.sqlite"]


def test_a_first_start_that_was_killed_in_the_middle_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "things.sqlite.new").touch()
    with closing(opened(tmp_path / "things.sqlite")) as file:
        assert file.rows("SELECT name FROM thing") == []


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def overwritten(path: Path) -> None:
    path.write_bytes(b"no database, but text" * 1000)


def without_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (emptied, "it is empty, as a full disk or a copy that broke off leaves it"),
        (overwritten, "file is not a database"),
        (without_tables, "its tables are gone, as a copy without what is beside it leaves it"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None], why: str
) -> None:
    monkeypatch.delenv("SAMULATOR_MAKE_TARGETS", raising=False)
    path = tmp_path / "things.sqlite"
    opened(path).close()
    damage(path)
    before = path.read_bytes()
    with pytest.raises(FileUnusable) as refused:
        opened(path)
    remedy = "put a copy of it back, or samulator reset starts with empty data"
    assert str(refused.value) == f"{path} cannot be used: {why}; {remedy}"
    assert path.read_bytes() == before


def test_a_file_that_another_process_holds_is_said_to_be_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samulator.sqlite_file.WAIT_SECONDS", 0.01)
    path = tmp_path / "things.sqlite"
    with (
        closing(opened(path)),
        pytest.raises(FileUnusable, match=r"things\.sqlite is held by another process"),
    ):
        opened(path)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "things.sqlite"
    opened(path, layout=2).close()
    with pytest.raises(FileUnusable, match="it has layout 2, this version reads 3"):
        opened(path)


def test_objects_whose_index_is_gone_are_not_taken_for_rubbish(tmp_path: Path) -> None:
    kept = tmp_path / "objects" / "ab" / "abcdef"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"kept")
    with pytest.raises(FileUnusable, match=r"s3\.sqlite cannot be used: it is not there"):
        open_index(tmp_path)
    assert kept.read_bytes() == b"kept"
