"""The API's limits of time lifted, for tests of what it answers and not of how long it may take.

A request ends in three seconds, whatever the machine does meanwhile; on a busy one that is a 503,
a read past the cache or a search without the index, each right and none what such a test is about.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import pytest

from api.breaker import CircuitBreaker
from api.network import deadline
from api.wiring import build_database
from testkit.timing import LONG_SECONDS


class _Breaker(CircuitBreaker):
    """Opens on failures as ever; to it no answer is slow."""

    def __init__(self, backend: str, *, slow_seconds: float, **rest: Any) -> None:
        super().__init__(backend, slow_seconds=LONG_SECONDS, **rest)


def be_patient(patch: pytest.MonkeyPatch) -> None:
    """For calls to come, and for environments that are made meanwhile."""
    until = deadline._until

    def much_later(ends_at: float | None) -> AbstractContextManager[None]:
        return until(ends_at and ends_at + LONG_SECONDS)

    patch.setattr(deadline, "_until", much_later)
    patch.setattr("api.wiring.CircuitBreaker", _Breaker)
    patch.setattr("api.wiring.build_database", partial(build_database, answer_seconds=LONG_SECONDS))
    # These are told to the clients of Secrets Manager and OpenSearch as well.
    patch.setattr("api.network.secrets._CONNECT_SECONDS", LONG_SECONDS)
    patch.setattr("api.network.secrets._STEP_SECONDS", LONG_SECONDS)
    patch.setattr("api.users.search.index._WRITE_SECONDS", LONG_SECONDS)
    patch.setattr("api.users.search.index._SEARCH_SECONDS", LONG_SECONDS)


@contextmanager
def patience() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        be_patient(patch)
        yield
