"""An answered HTTP request, as those who observe a door see it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """One answered HTTP request. `function` is None when none was asked.

    `problem` says in words what a 5xx of the gateway itself hides.
    """

    method: str
    path: str
    status: int
    duration_ms: float
    function: str | None
    request_id: str
    problem: str | None = None


Observe = Callable[[Exchange], None]
