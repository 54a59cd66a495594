"""Waiting for what must come, and proving what must be quick, on a machine that may be busy."""

import time
from collections.abc import Callable

import psutil

# Whoever waits so long waits for something that hangs.
LONG_SECONDS = 120.0
_ATTEMPTS = 30


def wait_until(condition: Callable[[], object], what: str = "nothing came of it") -> None:
    """Returns once the condition holds; raises AssertionError with `what` where it never does."""
    deadline = time.monotonic() + LONG_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether the process has ended, though nobody may have asked yet how."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def seconds_of(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def least(measure: Callable[[], float], *, below: float) -> float:
    """The first measure below the bound, or the least of thirty.

    A busy machine adds to a duration and never takes from it, so what was quick once is quick;
    what is too slow by itself is too slow each time.
    """
    found = []
    for _ in range(_ATTEMPTS):
        found.append(measure())
        if found[-1] < below:
            break
    return min(found)
