"""The versions of a bucket's objects: what is current, what is added, what goes."""

from dataclasses import dataclass
from uuid import uuid4

from moto.core.utils import utcnow
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey

from samulator.servers.aws.s3.errors import S3Error, access_denied, method_not_allowed

NULL = "null"
Version = FakeKey | FakeDeleteMarker


class Marker(FakeDeleteMarker):
    """A delete marker, also of a key that never was; `row` is as of a StoredObject."""

    row: int | None = None

    def __init__(self, name: str, version_id: str) -> None:
        self.name = name
        self.last_modified = utcnow()
        self._version_id = version_id


@dataclass(frozen=True)
class Removal:
    """What a DELETE did: the version it removed or made, and whether that is a marker."""

    version_id: str | None
    is_marker: bool = False
    made_marker: bool = False


def versions_of(bucket: FakeBucket, name: str) -> list[Version]:
    """Oldest first; the last is the current one."""
    return [*bucket.keys.getlist(name, [])]


def current(bucket: FakeBucket, name: str) -> Version | None:
    versions = versions_of(bucket, name)
    return versions[-1] if versions else None


def find(bucket: FakeBucket, name: str, version_id: str | None) -> FakeKey:
    """The object as GET sees it. Raises S3Error for none and for delete markers."""
    if version_id == "":
        raise S3Error("InvalidArgument", "Version id cannot be the empty string")
    named = version_id is not None
    found = _by_id(bucket, name, str(version_id)) if named else current(bucket, name)
    if found is None:
        raise _missing(name, version_id)
    if isinstance(found, FakeDeleteMarker):
        raise _is_marker(found, version_id)
    return found


def new_version_id(bucket: FakeBucket) -> str:
    return str(uuid4()) if bucket.versioning_status == "Enabled" else NULL


def add(bucket: FakeBucket, version: Version) -> None:
    """Makes `version` the current one, in place of what the bucket's versioning does not keep."""
    kept = versions_of(bucket, version.name)
    if version.version_id == NULL:
        kept = [old for old in kept if old.version_id != NULL]
    put_versions(bucket, version.name, [*kept, version])


def remove(bucket: FakeBucket, name: str, version_id: str | None, *, bypass: bool) -> Removal:
    """Deletes as S3 does: for good, or by a marker. Raises S3Error where a lock forbids it."""
    if version_id is None and bucket.versioning_status:
        marker = Marker(name, new_version_id(bucket))
        add(bucket, marker)
        return Removal(marker.version_id, is_marker=True, made_marker=True)
    gone = _by_id(bucket, name, version_id or NULL)
    if isinstance(gone, FakeKey) and gone.is_locked(governance_bypass=bypass):
        raise access_denied("Access Denied because object protected by object lock.")
    put_versions(bucket, name, [old for old in versions_of(bucket, name) if old is not gone])
    return Removal(version_id, is_marker=isinstance(gone, FakeDeleteMarker))


def _by_id(bucket: FakeBucket, name: str, version_id: str) -> Version | None:
    matching = (old for old in versions_of(bucket, name) if old.version_id == version_id)
    return next(matching, None)


def put_versions(bucket: FakeBucket, name: str, versions: list[Version]) -> None:
    """Sets all of an object's, past moto's setter, which closes what somebody may still read."""
    if versions:
        dict.__setitem__(bucket.keys, name, versions)
    else:
        dict.pop(bucket.keys, name, None)


def _missing(name: str, version_id: str | None) -> S3Error:
    if version_id is None:
        return S3Error("NoSuchKey", "The specified key does not exist.", 404, fields={"Key": name})
    fields = {"Key": name, "VersionId": version_id}
    return S3Error("NoSuchVersion", "The specified version does not exist.", 404, fields=fields)


def _is_marker(marker: FakeDeleteMarker, version_id: str | None) -> S3Error:
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": marker.version_id}
    if version_id is None:
        missing = _missing(marker.name, None)
        return S3Error(
            missing.code, missing.message, 404, fields={"Key": marker.name}, headers=headers
        )
    headers |= {
        "Allow": "DELETE",
        "Last-Modified": f"{marker.last_modified:%a, %d %b %Y %H:%M:%S GMT}",
    }
    return method_not_allowed("GET", "DeleteMarker", headers)


def unquoted(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')


def etag_of(version: Version | None) -> str | None:
    """Without quotes; None for a marker or nothing."""
    return unquoted(version.etag) if isinstance(version, FakeKey) else None
