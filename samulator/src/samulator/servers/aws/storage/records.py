"""Objects, delete markers and uploads of S3 as text, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from moto.s3.models import FakeAcl, FakeBucket, FakeGrant, FakeGrantee, S3Backend

from samulator.servers.aws.s3.contents import Content
from samulator.servers.aws.s3.objects import Part, StoredObject, Tags, Upload
from samulator.servers.aws.s3.versions import Marker

# Kept as they are; the others need a form of their own.
_PLAIN = (
    "bucket_key_enabled",
    "checksum_algorithm",
    "checksum_type",
    "checksum_value",
    "encryption",
    "kms_key_id",
    "lock_legal_status",
    "lock_mode",
    "lock_until",
    "upload_id",
    "website_redirect_location",
)


@dataclass(frozen=True)
class Place:
    """Where an object is: its bucket, its key, and the services that keep its tags."""

    backend: S3Backend
    bucket: FakeBucket
    key: str


def object_text(stored: StoredObject, tags: Tags) -> str:
    """All there is to an object but its place and its bytes."""
    record: dict[str, Any] = {name: getattr(stored, name) for name in _PLAIN} | {
        "acl": _acl(stored.acl),
        "etag": stored.etag.strip('"'),
        "expiry": stored._expiry.isoformat() if stored._expiry else None,
        "last_modified": stored.last_modified.isoformat(),
        "metadata": {**stored.metadata},
        "parts": [asdict(part) for part in stored.parts],
        "size": stored.size,
        "storage": stored.storage_class,
        "tags": tags,
        "version_id": stored._version_id,
        "versioned": stored._is_versioned,
    }
    return json.dumps({name: value for name, value in record.items() if value})


def read_object(text: str, place: Place, content: Content) -> StoredObject:
    """The object, with its tags given to the services."""
    record = json.loads(text)
    stored = StoredObject(
        name=place.key,
        bucket_name=place.bucket.name,
        value=b"",
        account_id=place.backend.account_id,
        region_name=place.backend.region_name,
        storage=record.get("storage"),
        etag=record.get("etag"),
        is_versioned=record.get("versioned", False),
        version_id=record.get("version_id"),
    )
    for name in _PLAIN:
        setattr(stored, name, record.get(name))
    stored.hold(content)
    stored.acl = _read_acl(record.get("acl", []))
    stored.last_modified = datetime.fromisoformat(record["last_modified"])
    stored.parts = tuple(Part(**part) for part in record.get("parts", []))
    stored.set_metadata(record.get("metadata", {}))
    if "expiry" in record:
        stored.set_expiry(datetime.fromisoformat(record["expiry"]))
    place.backend.tagger.delete_all_tags_for_resource(stored.arn)
    if tags := record.get("tags"):
        place.backend.tagger.tag_resource(stored.arn, tags)
    return stored


def marker_text(marker: Marker) -> str:
    record = {"last_modified": marker.last_modified.isoformat(), "version_id": marker.version_id}
    return json.dumps(record)


def read_marker(text: str, key: str) -> Marker:
    record = json.loads(text)
    marker = Marker(key, record["version_id"])
    marker.last_modified = datetime.fromisoformat(record["last_modified"])
    return marker


def upload_text(upload: Upload) -> str:
    """All there is to an upload but its parts."""
    record = {
        "acl": _acl(upload.acl),
        "checksum_algorithm": upload.checksum_algorithm,
        "checksum_type": upload.checksum_type,
        "initiated": upload.initiated.isoformat(),
        "metadata": {**upload.metadata},
        "tags": upload.sent_tags,
        "template": json.loads(object_text(upload.template, [])),
    }
    return json.dumps(record)


def read_upload(text: str, upload_id: str, place: Place) -> Upload:
    record = json.loads(text)
    template = read_object(json.dumps(record["template"]), place, Content())
    upload = Upload(template, record["metadata"], record["tags"])
    upload.id = upload_id
    upload.acl = _read_acl(record["acl"])
    upload.checksum_algorithm = record["checksum_algorithm"]
    upload.checksum_type = record["checksum_type"]
    upload.initiated = datetime.fromisoformat(record["initiated"])
    return upload


def _acl(acl: FakeAcl | None) -> list[dict[str, Any]]:
    grants = acl.grants if acl is not None else []
    return [
        {
            "grantees": [[each.id, each.uri, each.display_name] for each in grant.grantees],
            "permissions": grant.permissions,
        }
        for grant in grants
    ]


def _read_acl(grants: list[Mapping[str, Any]]) -> FakeAcl:
    return FakeAcl(
        [
            FakeGrant([FakeGrantee(*each) for each in grant["grantees"]], grant["permissions"])
            for grant in grants
        ]
    )
