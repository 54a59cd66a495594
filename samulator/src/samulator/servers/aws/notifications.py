"""S3 event notifications: which trigger an object change matches, and the event AWS sends.

Shape and rules: Amazon S3 User Guide, "Event message structure" and "Event notification types".
"""

import base64
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.template.model import S3Trigger

_PRINCIPAL = "AWS:AIDAJDPLRKLG7UEXAMPLE"


@dataclass(frozen=True)
class ObjectChange:
    """One change of an object. `name` as in events, e.g. "ObjectCreated:Put"; size in bytes.

    `trace` is X-Amzn-Trace-Id of the request that made it.
    """

    name: str
    bucket: str
    key: str
    size: int | None = None
    etag: str | None = None
    version_id: str | None = None
    trace: str | None = None


class Sequencer:
    """Hexadecimal strings that grow with each change, as S3's do for one key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return f"{self._last:018X}"


def matching(triggers: Iterable[S3Trigger], change: ObjectChange) -> Iterator[S3Trigger]:
    """The triggers whose bucket, event type, prefix and suffix fit the change."""
    for trigger in triggers:
        if (
            trigger.bucket == change.bucket
            and any(_event_fits(pattern, change.name) for pattern in trigger.events)
            and change.key.startswith(trigger.prefix)
            and change.key.endswith(trigger.suffix)
        ):
            yield trigger


def _event_fits(pattern: str, name: str) -> bool:
    wanted = pattern.removeprefix("s3:")
    if wanted.endswith(":*"):
        return name.startswith(wanted[:-1])
    return name == wanted


def event_for(
    change: ObjectChange, trigger: S3Trigger, *, region: str, sequencer: str
) -> dict[str, Any]:
    """The S3 event, version 2.1, with one record."""
    now = datetime.now(UTC)
    details: dict[str, Any] = {
        "key": quote_plus(change.key, safe="/-_.*"),
        "size": change.size,
        "eTag": change.etag,
        "versionId": change.version_id,
        "sequencer": sequencer,
    }
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": region,
        "eventTime": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
        "eventName": change.name,
        "userIdentity": {"principalId": _PRINCIPAL},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": secrets.token_hex(8).upper(),
            "x-amz-id-2": base64.b64encode(secrets.token_bytes(48)).decode(),
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": trigger.name,
            "bucket": {
                "name": change.bucket,
                "ownerIdentity": {"principalId": ACCOUNT_ID},
                "arn": f"arn:aws:s3:::{change.bucket}",
            },
            "object": {name: value for name, value in details.items() if value is not None},
        },
    }
    return {"Records": [record]}
