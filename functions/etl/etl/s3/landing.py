"""The landing bucket: objects are read by version, whole, to a file on disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from etl.report.model import SourceVersion
from etl.s3.events import Notification
from etl.source.description import FILE_NAME, Description
from etl.source.description_file import MAX_BYTES, parse_description

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = {"404", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "405"}
_CHUNK = 1 << 20


class CutShort(Exception):
    """S3 sent less than the object holds."""


class Gone(Exception):
    """The object or this version of it exists no more."""


class Landing:
    """Reads the landing bucket; every ClientError but "gone" is the caller's to retry."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def find(self, news: Notification) -> SourceVersion:
        """The version that the news means, and the description beside it. Raises Gone."""
        version: dict[str, Any] = {"VersionId": news.version_id} if news.version_id else {}
        try:
            head = self._s3.head_object(Bucket=news.bucket, Key=news.key, **version)
        except ClientError as error:
            raise _gone_or(error) from error
        return SourceVersion(
            bucket=news.bucket,
            key=news.key,
            version_id=_version_id(head),
            etag=head["ETag"],
            bytes=head["ContentLength"],
            last_modified=head["LastModified"].isoformat(),
            sequencer=news.sequencer,
            event_time=news.event_time,
            description_etag=self._description_etag(news),
        )

    def current(self, item: SourceVersion) -> tuple[str | None, str] | None:
        """Version and ETag of what is at the object's key now; None if that was deleted."""
        try:
            head = self._s3.head_object(Bucket=item.bucket, Key=item.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        return _version_id(head), head["ETag"]

    def download(self, item: SourceVersion, path: Path) -> None:
        """Raises Gone, also if the object was overwritten since `find` (no versions); CutShort."""
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
        # botocore counts the bytes only where the answer's head got as far as their number.
        if (got_bytes := path.stat().st_size) != item.bytes:
            raise CutShort(f"{item.key}: {got_bytes} of {item.bytes} bytes came")

    def read_range(self, item: SourceVersion, begin: int, end: int) -> bytes:
        """Some bytes of this version, of which there is at least one. Raises Gone."""
        version: dict[str, Any] = {"VersionId": item.version_id} if item.version_id else {}
        wanted = f"bytes={begin}-{end - 1}"
        try:
            got = self._s3.get_object(
                Bucket=item.bucket, Key=item.key, IfMatch=item.etag, Range=wanted, **version
            )
        except ClientError as error:
            raise _gone_or(error, "PreconditionFailed", "412") from error
        return got["Body"].read()

    def description(self, item: SourceVersion) -> Description:
        """The prefix's `_source.json` as `find` found it. Raises Refused and CutShort."""
        etag = item.description_etag
        if etag is None:
            return Description()
        got = self._s3.get_object(Bucket=item.bucket, Key=_description_key(item.key), IfMatch=etag)
        content = got["Body"].read(MAX_BYTES + 1)
        # With a limit botocore does not count what came.
        if len(content) < min(got["ContentLength"], MAX_BYTES + 1):
            raise CutShort(f"{_description_key(item.key)}: {len(content)} bytes came")
        return parse_description(content)

    def _description_etag(self, news: Notification) -> str | None:
        try:
            return self._s3.head_object(Bucket=news.bucket, Key=_description_key(news.key))["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise


def _description_key(key: str) -> str:
    folder, slash, _ = key.rpartition("/")
    return folder + slash + FILE_NAME


def _version_id(head: Mapping[str, Any]) -> str | None:
    found = head.get("VersionId")
    return None if found == "null" else found


def _gone_or(error: ClientError, *also: str) -> Exception:
    code = error.response["Error"]["Code"]
    return Gone(str(error)) if code in _GONE or code in also else error
