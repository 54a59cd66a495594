"""A circuit breaker local to the process: a dead or slow backend costs a few calls, not all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CircuitBreaker:
    """Opens after `failures` bad calls in a row; lets one call try again after `open_seconds`.

    A call that takes longer than `slow_seconds` counts as bad although it answered.
    """

    def __init__(
        self,
        *,
        slow_seconds: float,
        failures: int = 3,
        open_seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slow_seconds = slow_seconds
        self._failures = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._bad_calls = 0
        self._closed_again_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._clock() < self._closed_again_at

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Judges the call made inside: an exception or a slow answer is bad."""
        started = self._clock()
        try:
            yield
        except BaseException:
            self._count_bad_call()
            raise
        if self._clock() - started > self._slow_seconds:
            self._count_bad_call()
        else:
            self._bad_calls = 0

    def _count_bad_call(self) -> None:
        self._bad_calls += 1
        if self._bad_calls >= self._failures:
            self._closed_again_at = self._clock() + self._open_seconds
