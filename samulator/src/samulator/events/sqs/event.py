"""The event that Lambda makes of SQS messages, and how many fit into one.

Shape: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS", and events recorded on AWS.
"""

import base64
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from samulator.functions.failure import REQUEST_LIMIT

Message = Mapping[str, Any]

_HEAD, _TAIL, _BETWEEN = b'{"Records":[', b"]}", b","


@dataclass(frozen=True)
class Record:
    """A message as ReceiveMessage gave it, when (monotonic seconds), and its part of the event."""

    message: Message
    received: float
    content: bytes

    @property
    def id(self) -> str:
        return str(self.message["MessageId"])

    @property
    def group(self) -> str | None:
        """MessageGroupId, of which a FIFO queue keeps the order."""
        group: str | None = self.message.get("Attributes", {}).get("MessageGroupId")
        return group


@dataclass
class Batch:
    """Records of one event: at most `count`, and not more bytes than Lambda takes."""

    count: int
    records: list[Record] = field(default_factory=list)
    _bytes: int = len(_HEAD) + len(_TAIL)

    @property
    def room(self) -> int:
        """How many more messages it takes."""
        return self.count - len(self.records)

    def fill(self, waiting: deque[Record]) -> None:
        """Moves records here from the front, in order, as long as they fit.

        One that no event can hold makes a batch of its own: Lambda refuses it, so it becomes
        visible again and ends in the dead-letter queue, and the others go on.
        """
        while waiting and self.room and self._takes(waiting[0]):
            record = waiting.popleft()
            self._bytes += len(record.content) + len(_BETWEEN)
            self.records.append(record)

    def event(self) -> bytes:
        return _HEAD + _BETWEEN.join(record.content for record in self.records) + _TAIL

    def _takes(self, record: Record) -> bool:
        # No comma before the first one.
        return not self.records or self._bytes + len(record.content) <= REQUEST_LIMIT


def read_record(message: Message, queue_arn: str, *, received: float) -> Record:
    """The record of one message, in UTF-8 and without blanks, as Lambda writes it."""
    content: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if "MD5OfMessageAttributes" in message:
        content["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, which SQS takes as little as UTF-8 does, must not end the poller.
    return Record(message, received, text.encode(errors="replace"))


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if "StringValue" in value:
        record["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        record["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return record | {
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
