"""The landing bucket: objects are read by version, whole, to a file on disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from etl.s3.events import Notification
from etl.source.description import FILE_NAME, MAX_BYTES, Description, parse_description

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = {"404", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "405"}
_CHUNK = 1 << 20


class Gone(Exception):
    """The object or this version of it exists no more."""


@dataclass(frozen=True, slots=True)
class LandedObject:
    """One version of an object. `version_id` is None in a bucket without versions.

    `last_modified` is in whole seconds, `event_time` as exact as the event; both are ISO 8601.
    """

    bucket: str
    key: str
    version_id: str | None
    etag: str
    size: int
    last_modified: str
    sequencer: str | None
    event_time: str | None = None

    @property
    def description_key(self) -> str:
        folder, slash, _ = self.key.rpartition("/")
        return folder + slash + FILE_NAME


class Landing:
    """Reads the landing bucket; every ClientError but "gone" is the caller's to retry."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def find(self, news: Notification) -> LandedObject:
        """Raises Gone."""
        version: dict[str, Any] = {"VersionId": news.version_id} if news.version_id else {}
        try:
            head = self._s3.head_object(Bucket=news.bucket, Key=news.key, **version)
        except ClientError as error:
            raise _gone_or(error) from error
        found = head.get("VersionId")
        return LandedObject(
            bucket=news.bucket,
            key=news.key,
            version_id=found if found != "null" else None,
            etag=head["ETag"],
            size=head["ContentLength"],
            last_modified=head["LastModified"].isoformat(),
            sequencer=news.sequencer,
            event_time=news.event_time,
        )

    def current(self, item: LandedObject) -> tuple[str | None, str] | None:
        """Version and ETag of what is at the object's key now; None if that was deleted."""
        try:
            found = self.find(Notification(item.bucket, item.key))
        except Gone:
            return None
        return found.version_id, found.etag

    def download(self, item: LandedObject, path: Path) -> None:
        """Raises Gone, also if the object was overwritten since `find` (no versions)."""
        version: dict[str, Any] = {"VersionId": item.version_id} if item.version_id else {}
        try:
            got = self._s3.get_object(
                Bucket=item.bucket, Key=item.key, IfMatch=item.etag, **version
            )
        except ClientError as error:
            raise _gone_or(error, "PreconditionFailed", "412") from error
        with path.open("wb") as file:
            for chunk in got["Body"].iter_chunks(_CHUNK):
                file.write(chunk)

    def description_etag(self, item: LandedObject) -> str | None:
        """The ETag of the prefix's `_source.json`, None if it has none."""
        try:
            return self._s3.head_object(Bucket=item.bucket, Key=item.description_key)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise

    def description(self, item: LandedObject, etag: str | None) -> Description:
        """The prefix's `_source.json` as `description_etag` found it. Raises Refused."""
        if etag is None:
            return Description()
        got = self._s3.get_object(Bucket=item.bucket, Key=item.description_key, IfMatch=etag)
        return parse_description(got["Body"].read(MAX_BYTES + 1))


def _gone_or(error: ClientError, *also: str) -> Exception:
    code = error.response["Error"]["Code"]
    return Gone(str(error)) if code in _GONE or code in also else error
