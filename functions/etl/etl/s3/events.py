"""Every shape in which news of an S3 object arrives, as one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus


@dataclass(frozen=True, slots=True)
class Notification:
    """An object was created. Without `version_id` the current version is meant."""

    bucket: str
    key: str
    version_id: str | None = None
    sequencer: str | None = None
    message_id: str | None = None


class UnknownEvent(Exception):
    """The payload is none of the shapes S3, SQS or EventBridge send."""


def notifications(event: Mapping[str, Any]) -> Iterator[Notification]:
    """Yield the created objects of a direct S3, SQS-wrapped or EventBridge event.

    `s3:TestEvent`, deletions and folder markers yield nothing. Raises UnknownEvent.
    """
    yield from (found for found in _all(event) if not found.key.endswith("/"))


def _all(event: Mapping[str, Any]) -> Iterator[Notification]:
    if event.get("Event") == "s3:TestEvent":
        return
    if event.get("source") == "aws.s3" and "detail" in event:
        yield from _eventbridge(event)
    elif isinstance(event.get("Records"), list):
        for record in event["Records"]:
            yield from _record(record)
    else:
        raise UnknownEvent(f"not an S3 event; it has the fields {sorted(event)}")


def _record(record: Mapping[str, Any]) -> Iterator[Notification]:
    source = record.get("eventSource")
    if source == "aws:sqs":
        for found in _all(json.loads(record["body"])):
            yield Notification(
                found.bucket, found.key, found.version_id, found.sequencer, record["messageId"]
            )
    elif source == "aws:s3":
        yield from _s3(record)
    else:
        raise UnknownEvent(f"a record from {source!r}, not from S3 or SQS")


def _s3(record: Mapping[str, Any]) -> Iterator[Notification]:
    # AWS writes ObjectCreated:Put here; only in the bucket's settings it has the prefix "s3:".
    if not record["eventName"].removeprefix("s3:").startswith("ObjectCreated:"):
        return
    item = record["s3"]["object"]
    yield Notification(
        bucket=record["s3"]["bucket"]["name"],
        key=unquote_plus(item["key"]),
        version_id=item.get("versionId") or None,
        sequencer=item.get("sequencer") or None,
    )


def _eventbridge(event: Mapping[str, Any]) -> Iterator[Notification]:
    if event.get("detail-type") != "Object Created":
        return
    detail = event["detail"]
    item = detail["object"]
    # Unlike in the direct event the key is not URL-encoded here.
    yield Notification(
        bucket=detail["bucket"]["name"],
        key=item["key"],
        version_id=item.get("version-id") or None,
        sequencer=item.get("sequencer") or None,
    )
