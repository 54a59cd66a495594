"""Objects, delete markers and uploads of S3 as text, and back."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from moto.s3.models import FakeAcl, FakeBucket, FakeGrant, FakeGrantee, S3Backend, get_canned_acl
from moto.utilities.utils import LowercaseDict

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
        "acl": None if _acl(stored.acl) == _acl(_private()) else _acl(stored.acl),
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
    stored = _empty_object(place.backend)
    stored.name = place.key
    stored.bucket_name = place.bucket.name
    stored._storage_class = record.get("storage")
    stored._etag = record.get("etag")
    stored._is_versioned = record.get("versioned", False)
    stored._version_id = record.get("version_id")
    for name in _PLAIN:
        if name in record:
            setattr(stored, name, record[name])
    stored.hold(content)
    stored.acl = _read_acl(json.dumps(record["acl"])) if "acl" in record else _private()
    stored.last_modified = datetime.fromisoformat(record["last_modified"])
    stored.parts = tuple(Part(**part) for part in record.get("parts", []))
    stored._metadata = LowercaseDict()
    stored.set_metadata(record.get("metadata", {}))
    if "expiry" in record:
        stored.set_expiry(datetime.fromisoformat(record["expiry"]))
    _set_tags(stored, record.get("tags"), place.backend)
    return stored


def _empty_object(backend: S3Backend) -> StoredObject:
    """A copy of one, for moto's own way to make an object takes ten times as long and as much."""
    made = StoredObject.__new__(StoredObject)
    made.__dict__.update(_values_of_empty_object(backend.account_id, backend.region_name))
    return made


@cache
def _values_of_empty_object(account: str, region: str) -> dict[str, Any]:
    return vars(StoredObject(name="", value=b"", account_id=account, region_name=region))


def _set_tags(stored: StoredObject, tags: Tags | None, backend: S3Backend) -> None:
    if tags or backend.tagger.has_tags(stored.arn):
        backend.tagger.delete_all_tags_for_resource(stored.arn)
        backend.tagger.tag_resource(stored.arn, tags or [])


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
    upload.acl = _read_acl(json.dumps(record["acl"]))
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


@cache
def _private() -> FakeAcl:
    """That of nearly all objects, which nobody changes in place."""
    return get_canned_acl("private")


@lru_cache(maxsize=1000)
def _read_acl(grants: str) -> FakeAcl:
    return FakeAcl(
        [
            FakeGrant([FakeGrantee(*each) for each in grant["grantees"]], grant["permissions"])
            for grant in json.loads(grants)
        ]
    )
