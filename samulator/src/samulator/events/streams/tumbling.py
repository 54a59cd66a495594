"""Tumbling windows of a shard: which records are of one, and the state that is handed on in it.

Rules: AWS Lambda Developer Guide, "Implementing stateful Kinesis Data Streams processing in Lambda"
and "Implementing stateful DynamoDB stream processing in Lambda".
"""

import json
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from samulator.events.streams.record import StreamRecord, as_json, shown_time

_LARGEST_STATE_BYTES = 1024 * 1024


class Ending(Enum):
    """Why an invocation is the last with its state."""

    WINDOW_IS_OVER = auto()
    STATE_IS_TOO_LARGE = auto()


class TumblingWindows:
    """At most one is open: from its first record until its last invocation succeeded."""

    def __init__(self, seconds: int, shard: str, stream: Callable[[], str]) -> None:
        self._seconds = seconds
        self._shard = shard
        self._stream = stream
        self._start: int | None = None
        self._state: dict[str, Any] = {}

    @property
    def is_open(self) -> bool:
        return self._start is not None

    def open_for(self, record: StreamRecord) -> None:
        """Opens the record's where none is open."""
        if self._start is None:
            self._start = self._start_for(record)

    def holds(self, record: StreamRecord) -> bool:
        """Whether the record is of the open one."""
        return self._start == self._start_for(record)

    def is_over(self, moment: float) -> bool:
        """Whether the open one has ended by then, in seconds since 1970."""
        return self._start is not None and moment >= self._start + self._seconds

    def in_event(self, ending: Ending | None) -> dict[str, Any]:
        """What an event of the open one has beside its records."""
        start = self._start or 0
        return {
            "window": {"start": shown_time(start), "end": shown_time(start + self._seconds)},
            "state": self._state,
            "shardId": self._shard,
            "eventSourceARN": self._stream(),
            "isFinalInvokeForWindow": ending is Ending.WINDOW_IS_OVER,
            "isWindowTerminatedEarly": ending is Ending.STATE_IS_TOO_LARGE,
        }

    def keep(self, state: dict[str, Any]) -> bool:
        """For the next invocation; False where it is over Lambda's limit."""
        self._state = state
        return len(as_json(state)) <= _LARGEST_STATE_BYTES

    def end(self, ending: Ending) -> None:
        """Drops the state. A window that was ended for its state's size goes on without one."""
        self._state = {}
        if ending is Ending.WINDOW_IS_OVER:
            self._start = None

    def _start_for(self, record: StreamRecord) -> int:
        return int(record.arrived // self._seconds) * self._seconds


def returned_state(payload: bytes) -> dict[str, Any] | None:
    """The state of a response; None where it has none, for which Lambda fails the batch."""
    try:
        response = json.loads(payload or b"null")
    except (ValueError, RecursionError):
        return None
    state = response.get("state") if isinstance(response, dict) else None
    return state if isinstance(state, dict) else None
