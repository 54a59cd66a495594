"""Every shape in which news of an S3 object arrives, as one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus


@dataclass(frozen=True, slots=True)
class Notification:
    """An object was created. Without `version_id` the current version is meant.

    `event_time` is ISO 8601 in UTC: milliseconds from S3 itself, whole seconds from EventBridge.
    """

    bucket: str
    key: str
    version_id: str | None = None
    sequencer: str | None = None
    event_time: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What fails and is retried as one: a queue's message, or a record that came directly.

    A record that came directly has no `id` of its own: the whole event is retried.
    """

    id: str | None
    body: Mapping[str, Any] | str


class UnknownEvent(Exception):
    """The payload is none of the shapes S3, SQS or EventBridge send."""


def messages(event: Mapping[str, Any]) -> list[Message]:
    """Take a direct S3, SQS-wrapped or EventBridge event apart; no part is read yet."""
    records = event.get("Records")
    if not isinstance(records, list):
        return [Message(None, event)]
    return [
        Message(record["messageId"], record["body"])
        if record.get("eventSource") == "aws:sqs"
        else Message(None, {"Records": [record]})
        for record in records
    ]


def notifications(message: Message) -> list[Notification]:
    """The created objects a message names; `s3:TestEvent`, deletions and folders name none.

    Raises UnknownEvent, and KeyError for a known event that lacks a field.
    """
    found = _all(_parsed(message.body))
    return [news for news in found if not news.key.endswith("/")]


def _parsed(body: Mapping[str, Any] | str) -> Mapping[str, Any]:
    if not isinstance(body, str):
        return body
    try:
        event = json.loads(body)
    except ValueError as error:
        raise UnknownEvent(f"not JSON: {error}") from error
    if not isinstance(event, dict):
        raise UnknownEvent(f"not an S3 event but a JSON {type(event).__name__}")
    return event


def _all(event: Mapping[str, Any]) -> Iterator[Notification]:
    if event.get("Event") == "s3:TestEvent":
        return
    if event.get("source") == "aws.s3" and "detail" in event:
        yield from _eventbridge(event)
    elif isinstance(event.get("Records"), list):
        for record in event["Records"]:
            yield from _s3(record)
    else:
        fields = ", ".join(sorted(map(str, event)))
        raise UnknownEvent(f"not an S3 event; it has the fields {fields[:200]}")


def _s3(record: Mapping[str, Any]) -> Iterator[Notification]:
    if record.get("eventSource") != "aws:s3":
        source = str(record.get("eventSource"))[:200]
        raise UnknownEvent(f"a record from {source!r}, not from S3 or SQS")
    # AWS writes ObjectCreated:Put here; only in the bucket's settings it has the prefix "s3:".
    if not record["eventName"].removeprefix("s3:").startswith("ObjectCreated:"):
        return
    item = record["s3"]["object"]
    yield Notification(
        bucket=record["s3"]["bucket"]["name"],
        key=unquote_plus(item["key"]),
        version_id=item.get("versionId") or None,
        sequencer=item.get("sequencer") or None,
        event_time=_utc(record.get("eventTime")),
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
        event_time=_utc(event.get("time")),
    )


def _utc(text: str | None) -> str | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).isoformat()
    except (TypeError, ValueError, OverflowError) as error:
        raise UnknownEvent(f"its time is no ISO 8601: {str(text)[:60]!r}") from error
