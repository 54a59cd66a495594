"""The moment by which a call to a data service has to end, however many steps it takes.

A limit on each step bounds nothing: a server that sends a byte a second never meets one. So a call
states its deadline here, and the sockets of this package read it before each of their steps.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """What is called inside ends in `seconds`, or with the deadline around it if that is sooner."""
    ends_at = time.monotonic() + seconds
    outer = _ends_at.get()
    with _until(ends_at if outer is None else min(ends_at, outer)):
        yield


@contextmanager
def own_deadline(seconds: float) -> Iterator[None]:
    """Ends in `seconds`, whatever is left to the call around it.

    For a service that is asked in passing: what another one took is no fault of its.
    """
    with _until(time.monotonic() + seconds):
        yield


def remaining() -> float | None:
    """Seconds until the deadline; None without one. Raises TimeoutError when it has passed."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return None
    seconds = ends_at - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the call's deadline has passed")
    return seconds


def inherited(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """`function` for other threads, which know no deadline of this one by themselves."""
    ends_at = _ends_at.get()

    def bounded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        with _until(ends_at):
            return function(*args, **kwargs)

    return bounded


@contextmanager
def _until(ends_at: float | None) -> Iterator[None]:
    token = _ends_at.set(ends_at)
    try:
        yield
    finally:
        _ends_at.reset(token)
