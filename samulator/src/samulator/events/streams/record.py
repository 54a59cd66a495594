"""One record of a stream, as the event of a function holds it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode(
            errors="replace"
        )


def event_of(records: Sequence[StreamRecord]) -> bytes:
    """The payload for a function."""
    return b'{"Records":[' + b",".join(record.text for record in records) + b"]}"
