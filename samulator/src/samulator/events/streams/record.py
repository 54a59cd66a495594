"""One record of a stream, as the event of a function holds it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class StreamRecord:
    """`key` keeps its order, `arrived` is in seconds since 1970, `content` its part of an event."""

    sequence_number: str
    key: str
    arrived: float
    content: Mapping[str, Any]

    @property
    def text(self) -> bytes:
        """The content as JSON, as Lambda writes it."""
        return as_json(self.content)


def event_of(records: Sequence[StreamRecord], beside: Mapping[str, Any] | None = None) -> bytes:
    """The payload for a function, with what it has `beside` its records."""
    event = b'{"Records":[' + b",".join(record.text for record in records) + b"]"
    return event + (b"," + as_json(beside)[1:] if beside else b"}")


def as_json(value: Mapping[str, Any]) -> bytes:
    """As Lambda writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def shown_time(seconds: float) -> str:
    """A time since 1970 as AWS writes it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
