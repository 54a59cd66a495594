"""What S3 tells EventBridge of an object.

Shape: Amazon S3 User Guide, "EventBridge event message structure".
"""

import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.notifications import ObjectChange

_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}
_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "ObjectTagging": "Object Tags Added",
    "ObjectAcl": "Object ACL Updated",
    "ObjectRestore": "Object Restore Initiated",
}
_DELETIONS = {
    "ObjectRemoved:Delete": "Permanently Deleted",
    "ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}


def object_event(change: ObjectChange, region: str, sequencer: str) -> dict[str, Any]:
    """The whole event; the key is as the client wrote it, unlike in notifications."""
    kind = change.name.partition(":")[0]
    described = {
        "key": change.key,
        "size": change.size,
        "etag": change.etag,
        "version-id": change.version_id,
        "sequencer": sequencer,
    }
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": change.bucket},
        "object": {name: value for name, value in described.items() if value is not None},
        "request-id": secrets.token_hex(8).upper(),
        "requester": ACCOUNT_ID,
        "source-ip-address": "127.0.0.1",
        "reason": _REASONS.get(change.name, change.name.partition(":")[2]),
    }
    if change.name in _DELETIONS:
        detail["deletion-type"] = _DELETIONS[change.name]
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": _TYPES.get(kind, kind),
        "source": "aws.s3",
        "account": ACCOUNT_ID,
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": [f"arn:aws:s3:::{change.bucket}"],
        "detail": detail,
    }
