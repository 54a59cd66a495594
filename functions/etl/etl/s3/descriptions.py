"""The landing bucket for whoever checks files: their beginnings, and the descriptions beside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from etl.source.description import FILE_NAME
from etl.source.description_file import MAX_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_JSON: Final = "application/json"
_BEGINNING: Final = 4 << 20
# 409: another write of the same key was under way.
_CHANGED: Final = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_ABSENT: Final = {"404", "NoSuchKey", "NoSuchVersion", "405", "MethodNotAllowed"}


class DescriptionChanged(Exception):
    """What lies there is another one than the caller has seen, or is gone."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first bytes of a file; `is_whole`: that is all of it."""

    content: bytes
    is_whole: bool


@dataclass(frozen=True, slots=True)
class StoredDescription:
    """A `_source.json` as it lies in the bucket, right or wrong; of a large one the beginning."""

    key: str
    content: bytes
    etag: str
    last_modified: datetime


class Descriptions:
    """Every ClientError but "absent" is the caller's."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def beginning(self, key: str) -> Beginning | None:
        """The first 4 MiB; None if there is no such object."""
        got = self._get(key, _BEGINNING)
        if got is None:
            return None
        size = int(str(got.get("ContentRange", "/0")).rpartition("/")[2])
        content = got["Body"].read()
        return Beginning(content, is_whole=size <= len(content))

    def beside(self, key: str) -> StoredDescription | None:
        """The description of the file's folder; None if it has none."""
        target = _description_key(key)
        got = self._get(target)
        if got is None:
            return None
        return StoredDescription(target, got["Body"].read(), got["ETag"], got["LastModified"])

    def remove(self, key: str, *, etag: str | None = None) -> None:
        """The description of that key; where the bucket keeps versions, its earlier ones stay.

        Raises DescriptionChanged unless it is the one of `etag`, if that is given.
        """
        if etag is None:
            self._s3.delete_object(Bucket=self._bucket, Key=key)
            return
        with _unchanged():
            self._s3.delete_object(Bucket=self._bucket, Key=key, IfMatch=etag)

    def exists(self, key: str) -> bool:
        """Whether the bucket has such an object now."""
        try:
            self._s3.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return False
            raise
        return True

    def write(self, key: str, text: str) -> tuple[str, str]:
        """The description for the file's folder; returns its key and ETag."""
        target = _description_key(key)
        put = self._s3.put_object(
            Bucket=self._bucket, Key=target, Body=text.encode(), ContentType=_JSON
        )
        return target, put["ETag"]

    def write_over(self, key: str, text: str, etag: str | None) -> tuple[str, str]:
        """In place of the one of `etag`, of none where it is None, or DescriptionChanged."""
        target, body = _description_key(key), text.encode()
        with _unchanged():
            if etag is None:
                put = self._s3.put_object(
                    Bucket=self._bucket, Key=target, Body=body, ContentType=_JSON, IfNoneMatch="*"
                )
            else:
                put = self._s3.put_object(
                    Bucket=self._bucket, Key=target, Body=body, ContentType=_JSON, IfMatch=etag
                )
        return target, put["ETag"]

    def _get(self, key: str, first_bytes: int = MAX_BYTES + 1) -> "GetObjectOutputTypeDef | None":
        wanted = f"bytes=0-{first_bytes - 1}"
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key, Range=wanted)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _ABSENT:
                return None
            # Of an empty object no range can be had.
            if code in ("InvalidRange", "416"):
                return self._s3.get_object(Bucket=self._bucket, Key=key)
            raise


@contextmanager
def _unchanged() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _CHANGED | _ABSENT:
            raise DescriptionChanged from error
        raise


def _description_key(key: str) -> str:
    folder, slash, _ = key.rpartition("/")
    return folder + slash + FILE_NAME
