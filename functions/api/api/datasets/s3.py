"""The landing and the processed bucket in S3; boto3 is loaded at the first call."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from api.datasets.catalog import SUMMARIES, SUMMARY, SummaryListing, SummaryObject
from api.datasets.sources import PutVersion
from api.errors import SourceTooLarge, StorageUnavailable
from api.network.deadline import deadline

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MAX_REPORT_BYTES = 4 * 1024 * 1024
_MAX_COPY_BYTES = 5 * 1024**3  # of one call
# With a repetition where S3 refuses in passing; a listing takes a call for each thousand keys.
_CALL_SECONDS = 3.0
_LISTING_SECONDS = 6.0


class S3Datasets:
    """Raises StorageUnavailable.

    A listing stops after `max_keys` objects, 20 calls by default.
    """

    def __init__(
        self,
        *,
        landing_bucket: str,
        processed_bucket: str,
        endpoint_url: str,
        max_keys: int = 20_000,
    ) -> None:
        self.landing_bucket = landing_bucket
        self._processed_bucket = processed_bucket
        self._endpoint_url = endpoint_url
        self._max_keys = max_keys

    def summaries(self) -> SummaryListing:
        """The summaries of datasets among the first `max_keys` objects below their prefix."""
        with _translated(), deadline(_LISTING_SECONDS):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._processed_bucket,
                Prefix=SUMMARIES,
                PaginationConfig={"MaxItems": self._max_keys},
            )
            found = [
                SummaryObject(item["Key"], item["ETag"], item["LastModified"])
                for page in pages
                for item in page.get("Contents", [])
                if item["Key"].rpartition("/")[2] == SUMMARY
            ]
        return SummaryListing(found, is_complete=pages.resume_token is None)

    def read(self, key: str) -> bytes | None:
        """None if there is no such object."""
        with _translated(), deadline(_CALL_SECONDS):
            try:
                answer = self._client.get_object(Bucket=self._processed_bucket, Key=key)
            except self._client.exceptions.ClientError as error:
                # 404: S3's error names the key; with a control character in it, it is no XML.
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise
            with answer["Body"] as body:
                content = body.read(_MAX_REPORT_BYTES)
            # With a limit botocore does not count what came.
            if len(content) < min(answer["ContentLength"], _MAX_REPORT_BYTES):
                raise StorageUnavailable("S3 sent a part of the object only.")
            return content

    def upload_url(self, key: str, *, expires_in: int) -> str:
        target = {"Bucket": self.landing_bucket, "Key": key}
        with _translated():
            return self._client.generate_presigned_url(
                "put_object", Params=target, ExpiresIn=expires_in
            )

    def begin_parts(self, key: str) -> str:
        """A multipart upload's id; the bucket's lifecycle removes it where it is not completed."""
        with _translated(), deadline(_CALL_SECONDS):
            made = self._client.create_multipart_upload(Bucket=self.landing_bucket, Key=key)
        return made["UploadId"]

    def part_urls(
        self, key: str, upload_id: str, *, count: int, expires_in: int
    ) -> tuple[list[str], str, str]:
        """Of the parts from the first on, of the completion and of giving up."""
        upload = {"Bucket": self.landing_bucket, "Key": key, "UploadId": upload_id}
        with _translated():
            parts = [
                self._client.generate_presigned_url(
                    "upload_part", Params={**upload, "PartNumber": number}, ExpiresIn=expires_in
                )
                for number in range(1, count + 1)
            ]
            complete, abort = (
                self._client.generate_presigned_url(operation, Params=upload, ExpiresIn=expires_in)
                for operation in ("complete_multipart_upload", "abort_multipart_upload")
            )
        return parts, complete, abort

    def put_again(self, key: str) -> PutVersion | None:
        """Copies the newest version of a source onto itself: S3 tells of it as of any other.

        None if there is no such object. Raises SourceTooLarge.
        """
        bucket = self.landing_bucket
        with _translated():
            try:
                head = self._client.head_object(Bucket=bucket, Key=key)
                if head["ContentLength"] > _MAX_COPY_BYTES:
                    raise SourceTooLarge(
                        "The file is over 5 GB: copy it onto itself by aws s3 cp, or put it again."
                    )
                # S3 refuses a copy onto itself that changes nothing.
                made = self._client.copy_object(
                    Bucket=bucket,
                    Key=key,
                    CopySource={"Bucket": bucket, "Key": key},
                    CopySourceIfMatch=head["ETag"],
                    MetadataDirective="REPLACE",
                    Metadata=head["Metadata"],
                    ContentType=head["ContentType"],
                )
            except self._client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise
        return PutVersion(made.get("VersionId"))

    @cached_property
    def _client(self) -> "S3Client":
        import boto3
        from botocore.config import Config

        from api.network.aws import keep_deadlines
        from api.tracing import trace_calls

        # Local stand-ins are known by one host name; sub-domains for buckets do not resolve there.
        style: Literal["path", "virtual"] = "path" if self._endpoint_url else "virtual"
        client = boto3.client(
            "s3",
            endpoint_url=self._endpoint_url or None,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": style},
                connect_timeout=1,
                read_timeout=3,
                retries={"total_max_attempts": 2},
                max_pool_connections=8,
                # Who sends parts by URL could not keep to a checksum that was announced for them.
                request_checksum_calculation="when_required",
            ),
        )
        keep_deadlines(client)
        trace_calls(client)
        return client


@contextmanager
def _translated() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise StorageUnavailable("The file storage does not answer.", code=code) from error
    except BotoCoreError as error:
        raise StorageUnavailable("The file storage does not answer.") from error
