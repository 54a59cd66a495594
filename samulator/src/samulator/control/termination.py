"""Ends processes that are not children of this one, and waits until they are gone."""

import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

KILL_AFTER_SECONDS = 5.0


def end(processes: Iterable[psutil.Process]) -> None:
    """Asks them to stop and kills those that do not."""
    for process in _alive(processes):
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in wait_for_end(processes, KILL_AFTER_SECONDS):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def wait_for_end(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
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
