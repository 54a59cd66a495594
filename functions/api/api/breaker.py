"""A circuit breaker local to the process: a dead or slow backend costs a few calls, not all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.observability import describe, get_logger


class CircuitBreaker:
    """Opens after `failures` bad calls in a row; lets one call try again after `open_seconds`.

    A call that takes longer than `slow_seconds` counts as bad although it answered. An outage of
    `backend` makes two lines in the log, however long it is: that it is left alone, and why; and
    that it answers well again.
    """

    def __init__(
        self,
        backend: str,
        *,
        slow_seconds: float,
        failures: int = 3,
        open_seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._slow_seconds = slow_seconds
        self._failures = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._bad_calls = 0
        self._closed_again_at = 0.0
        self._has_opened = False

    @property
    def is_open(self) -> bool:
        return self._clock() < self._closed_again_at

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Judges the call made inside: an exception or a slow answer is bad."""
        started = self._clock()
        try:
            yield
        except BaseException as error:
            if self._count_bad_call():
                self._log_opening(describe(error))
            raise
        seconds = self._clock() - started
        if seconds > self._slow_seconds:
            if self._count_bad_call():
                self._log_opening({"seconds": round(seconds, 3)})
        else:
            self._count_good_call()

    def _count_bad_call(self) -> bool:
        """Whether the breaker opens now, and not only stays open after another try."""
        self._bad_calls += 1
        if self._bad_calls < self._failures:
            return False
        self._closed_again_at = self._clock() + self._open_seconds
        opens, self._has_opened = not self._has_opened, True
        return opens

    def _count_good_call(self) -> None:
        self._bad_calls = 0
        if self._has_opened:
            self._has_opened = False
            get_logger().info("breaker closed", extra={"backend": self._backend})

    def _log_opening(self, reason: dict[str, object]) -> None:
        get_logger().warning("breaker opened", extra={"backend": self._backend} | reason)
