"""The running stack's lock record: who runs and where, so that other terminals find it."""

import asyncio
import fcntl
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

import psutil

from samulator.called import command
from samulator.control.lock_record import (
    Running,
    left_by_killed_stack,
    parse,
    record_text,
    start_time,
)
from samulator.control.termination import end, wait_for_end
from samulator.servers.ports import Ports

STOP_TIMEOUT_SECONDS = 30.0
# Readers hold the lock for less than that.
_LOCK_SECONDS = 0.5
# Writing takes far less; this is for a machine that is too busy to let either side go on.
_READ_SECONDS = 10.0
# The record always fills its first block, so that a disk that got full meanwhile cannot stop it.
_RECORD_BYTES = 4096
_WATCH_SECONDS = 0.5


class AlreadyRunning(Exception):
    """Another stack runs from this folder; the message names its process."""


class StackNotRunning(Exception):
    """No stack runs from this folder; the message says how one is started."""


class StateGone(Exception):
    """The state folder was removed under the running stack."""


class RunningStack:
    """The process that holds a state folder, if any.

    It keeps the record locked, and the lock ends with the process, however that ends.
    """

    def __init__(self, state: Path) -> None:
        self._file = state / "running.json"
        self._held: IO[str] | None = None
        self._running: Running | None = None

    def read(self) -> Running | None:
        """What the running stack tells; None when none runs."""
        deadline = time.monotonic() + _READ_SECONDS
        while True:
            with suppress(ValueError):
                return self._read()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self._file} is locked but says nothing")
            time.sleep(0.01)

    def require(self) -> Running:
        """As `read`; raises StackNotRunning when none runs."""
        running = self.read()
        if running is None:
            raise StackNotRunning(f"{self} does not run; {command('up')} starts it")
        return running

    @contextmanager
    def hold(self, ports: Ports) -> Iterator["RunningStack"]:
        """Makes this process the running stack; raises AlreadyRunning and OSError."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._lock() as self._held:
            left = left_by_killed_stack(self._held)
            try:
                self._running = Running(os.getpid(), ports)
                self._write(self._running)
                end(left)
                yield self
            finally:
                if _is_same(self._held, self._file):
                    self._file.unlink()

    def tell(
        self,
        *,
        host: str | None = None,
        services: Mapping[str, str] | None = None,
        servers: Iterable[int] | None = None,
    ) -> None:
        """Changes what other terminals read; only while held."""
        assert self._running is not None
        told: dict[str, object] = {"host": host, "services": services}
        if servers is not None:
            told["servers"] = {pid: started for pid in servers if (started := start_time(pid))}
        changes = {name: value for name, value in told.items() if value is not None}
        self._running = replace(self._running, **changes)  # type: ignore[arg-type]
        self._write(self._running)

    async def watch(self) -> None:
        """Never ends while the record is in its place, for without it nobody finds the stack.

        Raises StateGone.
        """
        assert self._held is not None
        while _is_same(self._held, self._file):
            await asyncio.sleep(_WATCH_SECONDS)
        raise StateGone(
            f"{self._file.parent} was removed, with all data in it; "
            f"{command('up')} starts with empty data"
        )

    def stop(self) -> bool:
        """Stops the stack and all its children; False when none was running."""
        running = self.read()
        if running is None:
            self.clear()
            return False
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(running.pid)
            children = process.children(recursive=True)
            process.send_signal(signal.SIGTERM)
            if wait_for_end([process], STOP_TIMEOUT_SECONDS):
                # One that hangs may have started more meanwhile.
                children = [process, *children, *process.children(recursive=True)]
            end(children)
        self.clear()
        return True

    def __str__(self) -> str:
        here, folder = Path.cwd(), self._file.parent.absolute()
        return f"the stack of {folder.relative_to(here) if folder.is_relative_to(here) else folder}"

    def clear(self) -> None:
        """Ends and removes what a killed stack left; never that of one that starts right now."""
        with suppress(FileNotFoundError, NotADirectoryError), self._file.open() as file:
            if _lock(file, fcntl.LOCK_EX) and _is_same(file, self._file):
                end(left_by_killed_stack(file))
                self._file.unlink()

    def _read(self) -> Running | None:
        """Raises ValueError where the record is just being written."""
        try:
            with self._file.open() as file:
                if _lock(file, fcntl.LOCK_SH):
                    return None
                return parse(file)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _lock(self) -> IO[str]:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            file = os.fdopen(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o644), "r+")
            if _lock(file, fcntl.LOCK_EX) and _is_same(file, self._file):
                return file
            file.close()
            if time.monotonic() > deadline and (running := self.read()):
                raise AlreadyRunning(
                    f"the stack is already running (pid {running.pid}); {command('down')} stops it"
                )
            time.sleep(0.01)

    def _write(self, running: Running) -> None:
        assert self._held is not None
        self._held.seek(0)
        self._held.write(record_text(running).ljust(_RECORD_BYTES - 1) + "\n")
        self._held.flush()


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same(file: IO[str], path: Path) -> bool:
    """Whether the file is still what the path names: who ends, removes it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
