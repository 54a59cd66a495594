"""The processed bucket in S3. Every method raises StorageUnavailable."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from datasets.errors import DatasetChanged, StorageUnavailable
from datasets.tracing import trace_calls

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# 404: S3's error names the key; with a control character in it, it is no XML.
_ABSENT = {"NoSuchKey", "NoSuchVersion", "404"}
_REPLACED = {"PreconditionFailed", "412"}
_MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One version of an object: read by its version, or in a bucket without them by its ETag."""

    key: str
    size: int
    version_id: str | None = None
    etag: str | None = None

    def pin(self) -> dict[str, str]:
        if self.version_id:
            return {"VersionId": self.version_id}
        return {"IfMatch": self.etag} if self.etag else {}


class Bucket:
    """Raises DatasetChanged where a version that was pinned is no longer there."""

    def __init__(self, name: str, *, endpoint_url: str = "") -> None:
        self.name = name
        self.endpoint_url = endpoint_url

    def document(self, key: str) -> bytes | None:
        """The current version, at most 4 MB of it; None if there is no such object."""
        with _translated():
            try:
                answer = self._s3.get_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _ABSENT:
                    return None
                raise
            with answer["Body"] as body:
                content = body.read(_MAX_DOCUMENT_BYTES)
            # With a limit botocore does not count what came.
            if len(content) < min(answer["ContentLength"], _MAX_DOCUMENT_BYTES):
                raise StorageUnavailable("S3 sent a part of the object only.")
            return content

    def current(self, key: str) -> StoredObject | None:
        """The object as it is now, pinned by its ETag."""
        with _translated():
            try:
                head = self._s3.head_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _ABSENT:
                    return None
                raise
        return StoredObject(key, head["ContentLength"], head.get("VersionId"), head["ETag"])

    def read(self, stored: StoredObject, start: int, length: int) -> bytes:
        """So many bytes from `start`, fewer at the end of the object."""
        length = min(length, stored.size - start)
        if length <= 0:
            return b""
        with self._opened(stored, f"bytes={start}-{start + length - 1}") as body:
            octets: bytes = body.read()
        return octets

    def stream(self, stored: StoredObject, start: int) -> Iterator[bytes]:
        """The object from `start` on in chunks; as much is fetched as is taken."""
        if start >= stored.size:
            return
        with self._opened(stored, f"bytes={start}-") as body:
            while chunk := body.read(_CHUNK):
                yield chunk

    def keys(self, prefix: str, *, most: int) -> tuple[list[str], bool]:
        """Keys below a prefix in their order, and whether these are all."""
        with _translated():
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, PaginationConfig={"MaxItems": most}
            )
            found = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return found, pages.resume_token is None

    def download_url(
        self, key: str, *, version_id: str | None, filename: str, expires_in: int
    ) -> str:
        """Pages are shown, data is saved under the name (RFC 6266)."""
        how = "inline" if filename.endswith((".html", ".json")) else "attachment"
        disposition = f"{how}; filename*=UTF-8''{quote(filename, safe='')}"
        parameters = {"Bucket": self.name, "Key": key, "ResponseContentDisposition": disposition}
        if version_id:
            parameters["VersionId"] = version_id
        with _translated():
            return self._s3.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=expires_in
            )

    @contextmanager
    def _opened(self, stored: StoredObject, span: str) -> Iterator[Any]:
        with _translated():
            try:
                request: dict[str, Any] = {"Key": stored.key, "Range": span, **stored.pin()}
                answer = self._s3.get_object(Bucket=self.name, **request)
            except ClientError as error:
                if error.response["Error"]["Code"] in _ABSENT | _REPLACED:
                    raise DatasetChanged(
                        "A newer run took the place of these rows while they were read."
                    ) from error
                raise
            with answer["Body"] as body:
                yield body

    @cached_property
    def _s3(self) -> "S3Client":
        # Local stand-ins are known by one host name; sub-domains for buckets do not resolve there.
        style: Literal["path", "virtual"] = "path" if self.endpoint_url else "virtual"
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint_url or None,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": style},
                connect_timeout=1,
                read_timeout=3,
                retries={"total_max_attempts": 2},
                max_pool_connections=16,
            ),
        )
        trace_calls(client)
        return client


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise StorageUnavailable(code=error.response.get("Error", {}).get("Code", "")) from error
    except BotoCoreError as error:
        raise StorageUnavailable from error
