"""The running stack's mark in .local: who runs, so that another terminal can stop it."""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

STOP_TIMEOUT_SECONDS = 30.0
KILL_AFTER_SECONDS = 5.0


class AlreadyRunning(Exception):
    """Another stack runs from this folder; the message names its process."""


class RunningStack:
    """The process that holds a state folder, if any."""

    def __init__(self, state: Path) -> None:
        self._file = state / "up.pid"

    def process(self) -> psutil.Process | None:
        """The live process, None when there is none or its number went to a stranger."""
        with suppress(OSError, ValueError, psutil.NoSuchProcess):
            pid, started = self._file.read_text().split()
            process = psutil.Process(int(pid))
            if abs(process.create_time() - float(started)) < 1:
                return process
        return None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Marks this process as the running stack; raises AlreadyRunning."""
        if running := self.process():
            raise AlreadyRunning(
                f"the stack is already running (pid {running.pid}); make down stops it"
            )
        self._file.parent.mkdir(parents=True, exist_ok=True)
        me = psutil.Process(os.getpid())
        self._file.write_text(f"{me.pid} {me.create_time()}\n")
        try:
            yield
        finally:
            self._file.unlink(missing_ok=True)

    def stop(self) -> bool:
        """Stops the stack and all its children; False when none was running."""
        process = self.process()
        if process is None:
            self._file.unlink(missing_ok=True)
            return False
        children = process.children(recursive=True)
        process.send_signal(signal.SIGTERM)
        _wait_for_end([process], STOP_TIMEOUT_SECONDS)
        _kill([process, *children])
        self._file.unlink(missing_ok=True)
        return True


def _kill(processes: Iterable[psutil.Process]) -> None:
    """Ends what a clean stop should have ended already."""
    for process in _alive(processes):
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _wait_for_end(processes, KILL_AFTER_SECONDS):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _wait_for_end(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Waits; returns what still runs then."""
    deadline = time.monotonic() + seconds
    while (alive := _alive(processes)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def _alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """One that has ended but whose parent has not looked yet runs no more."""
    alive = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive
