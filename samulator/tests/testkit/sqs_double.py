"""An SQS client in memory whose time a test sets: visibility, FIFO groups, dead letters."""

import asyncio
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import EndpointConnectionError

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


class SetClock:
    """Time passes as somebody sleeps or waits; `due` holds what happens at a second."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.due: dict[float, Callable[[], None]] = {}

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)
        await asyncio.sleep(0)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        for second in sorted(self.due):
            if second <= self.seconds:
                self.due.pop(second)()


@dataclass
class Stored:
    """A message; `visible_at` in seconds of the clock."""

    id: str
    body: str
    group: str | None = None
    visible_at: float = 0.0
    count: int = 0


@dataclass
class SqsDouble:
    """One queue. `dead` are the bodies that were received `maximum` times."""

    clock: SetClock
    visibility: int = 30
    maximum: int = 1000
    messages: list[Stored] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    receives: int = 0
    outage: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, *bodies: str, group: str | None = None) -> None:
        for body in bodies:
            self.messages.append(Stored(f"m{len(self.messages)}", body, group))

    def get_queue_url(self, QueueName: str) -> dict[str, Any]:
        if self.outage:
            self.outage -= 1
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        return {"QueueUrl": f"http://sqs/{QueueName}"}

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:
        name = QueueUrl.rsplit("/", 1)[1]
        known = {
            "QueueArn": f"arn:aws:sqs:us-east-1:123456789012:{name}",
            "VisibilityTimeout": str(self.visibility),
        }
        return {"Attributes": {name: known[name] for name in AttributeNames}}

    def receive_message(
        self, MaxNumberOfMessages: int, WaitTimeSeconds: int, **_options: object
    ) -> dict[str, Any]:
        assert 1 <= MaxNumberOfMessages <= 10
        with self._lock:
            self.receives += 1
            self._bury()
            blocked = {stored.group for stored in self.messages if self._in_flight(stored)}
            found = [
                stored
                for stored in self.messages
                if not self._in_flight(stored)
                and (stored.group is None or stored.group not in blocked)
            ][:MaxNumberOfMessages]
            for stored in found:
                stored.visible_at = self.clock.seconds + self.visibility
                stored.count += 1
            if not found:
                self.clock.pass_by(WaitTimeSeconds)
            return {"Messages": [self._message(stored) for stored in found]}

    def delete_message_batch(
        self, Entries: list[dict[str, Any]], **_options: object
    ) -> dict[str, Any]:
        with self._lock:
            handles = {entry["ReceiptHandle"] for entry in Entries}
            self.messages = [
                stored for stored in self.messages if self._handle(stored) not in handles
            ]
        return {"Successful": Entries}

    def change_message_visibility_batch(
        self, Entries: list[dict[str, Any]], **_options: object
    ) -> dict[str, Any]:
        changed = []
        with self._lock:
            for entry in Entries:
                for stored in self.messages:
                    if self._handle(stored) == entry["ReceiptHandle"] and self._in_flight(stored):
                        stored.visible_at = self.clock.seconds + entry["VisibilityTimeout"]
                        changed.append({"Id": entry["Id"]})
        return {"Successful": changed}

    def _bury(self) -> None:
        for stored in [*self.messages]:
            if stored.count >= self.maximum and not self._in_flight(stored):
                self.messages.remove(stored)
                self.dead.append(stored.body)

    def _in_flight(self, stored: Stored) -> bool:
        return stored.visible_at > self.clock.seconds

    def _handle(self, stored: Stored) -> str:
        return f"{stored.id}-{stored.count}"

    def _message(self, stored: Stored) -> dict[str, Any]:
        attributes = {"ApproximateReceiveCount": str(stored.count)}
        if stored.group is not None:
            attributes["MessageGroupId"] = stored.group
        return {
            "MessageId": stored.id,
            "ReceiptHandle": self._handle(stored),
            "Body": stored.body,
            "MD5OfBody": hashlib.md5(stored.body.encode()).hexdigest(),
            "Attributes": attributes,
        }
