"""DELETE of objects and of versions, one by one or many at once."""

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree  # nosec B405 - see _read

from samulator.servers.aws.notifications import ObjectChange
from samulator.servers.aws.s3.bucket_policy import denies
from samulator.servers.aws.s3.conditions import check_write
from samulator.servers.aws.s3.errors import S3Error, access_denied, malformed_xml
from samulator.servers.aws.s3.response import Answer, ObjectResponse
from samulator.servers.aws.s3.versions import Removal, current, remove

_MOST = 1000
# S3 gives a marker the ETag of nothing.
_ETAG_OF_A_MARKER = "d41d8cd98f00b204e9800998ecf8427e"


@dataclass(frozen=True)
class Named:
    """One object that a request to delete many names."""

    key: str
    version_id: str | None
    etag: str | None


class Deletions(ObjectResponse):
    """What is not there is deleted without complaint, as by S3."""

    def delete_object(self) -> Answer:
        etag = self.headers.get("If-Match")
        if etag:
            now = current(self.bucket, self.place.key)
            check_write(now, self.place.key, {"if-match": etag})
        removal = self._removed(self.place.key, self.version_id)
        headers = {"x-amz-version-id": removal.version_id} if removal.version_id else {}
        if removal.is_marker:
            headers["x-amz-delete-marker"] = "true"
        return 204, headers, b""

    def _removed(self, key: str, version_id: str | None) -> Removal:
        bypass = self.headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
        removal = remove(self.bucket, key, version_id, bypass=bypass)
        kind = "DeleteMarkerCreated" if removal.made_marker else "Delete"
        etag = _ETAG_OF_A_MARKER if removal.made_marker else None
        self.note(
            ObjectChange(
                f"ObjectRemoved:{kind}",
                self.bucket_name,
                key,
                etag=etag,
                version_id=removal.version_id if self.bucket.versioning_status else None,
            )
        )
        return removal

    def _check_permission(self, key: str) -> None:
        """Raises S3Error where the bucket's policy forbids the deletion of this one."""
        resource = f"arn:aws:s3:::{self.bucket_name}/{key}"
        if denies("s3:DeleteObject", resource):
            raise access_denied()

    def _bucket_response_delete_keys(self, bucket_name: str, authenticated: bool = True) -> Answer:  # noqa: ARG002
        named, is_quiet = _read(self.body)
        deleted: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for each in named:
            try:
                self._check_permission(each.key)
                if each.etag:
                    check_write(current(self.bucket, each.key), each.key, {"if-match": each.etag})
                deleted.append(_told(each, self._removed(each.key, each.version_id)))
            except S3Error as error:
                errors.append(
                    {
                        "Key": each.key,
                        "VersionId": each.version_id,
                        "Code": error.code,
                        "Message": error.message,
                    }
                )
        result = {"Deleted": [] if is_quiet else deleted, "Errors": errors}
        return self.result("DeleteObjects", result, {})


def _told(named: Named, removal: Removal) -> dict[str, Any]:
    told: dict[str, Any] = {"Key": named.key, "VersionId": named.version_id}
    if removal.is_marker:
        told |= {"DeleteMarker": True, "DeleteMarkerVersionId": removal.version_id}
    return told


def _read(body: bytes) -> tuple[list[Named], bool]:
    """The objects, and whether only failures are to be told. Raises S3Error."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 # nosec B314 - by whoever runs this S3
    except ElementTree.ParseError as error:
        raise malformed_xml() from error
    named = [
        Named(
            entry.findtext("{*}Key", ""),
            entry.findtext("{*}VersionId"),
            entry.findtext("{*}ETag"),
        )
        for entry in root.iterfind("{*}Object")
    ]
    if not named or len(named) > _MOST or not all(each.key for each in named):
        raise malformed_xml()
    return named, root.findtext("{*}Quiet", "").strip().lower() == "true"
