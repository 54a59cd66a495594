"""The processed bucket: a finished run appears as a whole, the newest source wins.

report.json is what readers start from. A run first turns it into a claim (`publishing`),
then uploads its files, then writes the real report. Before each write it looks whether the
claim is still its own, and each write names the object it replaces (If-Match), so that of two
runs the one whose claim was replaced stops. docs/decisions/0022 says what that leaves open.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import ClientError

from etl.report.model import Output, PublishedReport
from etl.sink.files import DataFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, ObjectIdentifierTypeDef

REPORT = "report.json"
# template.yaml's lifecycle looks for this tag.
_EXPIRES = "kind=run"
_CONTENT_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}
# S3's error names the key; with a control character in it, it is no XML, and the status remains.
_ABSENT = {"NoSuchKey", "404"}
# S3 answers 409 when two conditional writes to one key meet; the later one may try again.
_LOST = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}


# Of one call.
_MOST_DELETED = 1000


class Superseded(Exception):
    """A newer version of the source, or a twin of this run, owns the output now."""


class NotDeleted(Exception):
    """S3 kept a file that it was asked to delete; the caller's retry asks again."""


class _Lost(Exception):
    """The object is not what this write was to replace."""


@dataclass(frozen=True, slots=True)
class Current:
    """The report as it stands, and the ETag by which to replace it."""

    report: PublishedReport | None
    etag: str | None
    body: bytes = b""


class Processed:
    """One prefix of the processed bucket."""

    def __init__(self, s3: "S3Client", bucket: str, prefix: str) -> None:
        self._s3 = s3
        self.bucket = bucket
        self.prefix = prefix

    def current(self) -> Current:
        try:
            got = self._s3.get_object(Bucket=self.bucket, Key=self.prefix + REPORT)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return Current(None, None)
            raise
        body = got["Body"].read()
        return Current(PublishedReport.model_validate_json(body), got["ETag"], body)

    def announce(self, report: PublishedReport, replacing: Current) -> str | None:
        """Announce the run; the claim's ETag, or None if the report changed meanwhile."""
        try:
            return str(self._put_report(report, replacing.etag)["ETag"])
        except _Lost:
            return None

    def upload(self, files: Mapping[str, DataFile], claim_etag: str) -> dict[str, str | None]:
        """Put every file at its key; the version of each. Raises Superseded."""
        return {key: self._upload(key, file, claim_etag) for key, file in files.items()}

    def put_part(self, key: str, file: DataFile) -> str | None:
        """Put a part into its run's folder, where nobody else writes; its version.

        Tasks of the Spark job call this: the claim is looked at once, before the report.
        """
        version: str | None = self._put_file(key, file, None, unconditional=True).get("VersionId")
        return version

    def copy(self, copies: Mapping[str, Output], claim_etag: str) -> None:
        """Copy outputs to other keys, the exact versions, within S3. Raises Superseded."""
        for key, output in copies.items():
            self._require(claim_etag)
            source: CopySourceTypeDef = {"Bucket": self.bucket, "Key": str(output.key)}
            if output.version_id:
                source["VersionId"] = output.version_id
            self._s3.copy_object(Bucket=self.bucket, Key=key, CopySource=source)

    def delete(self, keys: Iterable[str], report_etag: str | None) -> None:
        """Delete files while the report of this ETag is in place. Raises Superseded.

        Files beside the report are those of every run: each is deleted as it was seen before the
        report was looked at. The others lie in folders of one run.
        """
        found = sorted(set(keys))
        beside = [key for key in found if "/" not in key.removeprefix(self.prefix)]
        for key in beside:
            self._delete_as_seen(key, report_etag)
        for some in _batches([key for key in found if key not in beside], _MOST_DELETED):
            self._require(report_etag)
            named: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in some]
            answer = self._s3.delete_objects(
                Bucket=self.bucket, Delete={"Objects": named, "Quiet": True}
            )
            for error in answer.get("Errors", []):
                raise NotDeleted(f"{error.get('Key')}: {error.get('Code')}")

    def keys_below(self, folder: str) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=folder
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def conclude(self, report: PublishedReport, claim_etag: str) -> Current:
        """Write the real report. Raises Superseded if the claim was replaced."""
        try:
            etag = str(self._put_report(report, claim_etag)["ETag"])
        except _Lost as lost:
            raise Superseded(self.prefix) from lost
        return Current(report, etag, report.text().encode())

    def has(self, key: str) -> bool:
        return self._etag(key) is not None

    def keep(self, key: str, body: bytes) -> None:
        """Write a run's file, which the bucket's lifecycle expires, unless it is there."""
        try:
            self._put(key, body, None, Tagging=_EXPIRES)
        except _Lost:
            return

    def replace(self, key: str, body: bytes, report_etag: str | None) -> None:
        """Write what belongs to the report of this ETag. Raises Superseded if that is replaced."""
        self._write(key, report_etag, lambda replacing: self._put(key, body, replacing))

    def _upload(self, key: str, file: DataFile, claim_etag: str) -> str | None:
        def put(replacing: str | None) -> Mapping[str, Any]:
            return self._put_file(key, file, replacing)

        return self._write(key, claim_etag, put).get("VersionId")

    def _put_file(
        self, key: str, file: DataFile, replacing: str | None, *, unconditional: bool = False
    ) -> Mapping[str, Any]:
        checksum = base64.b64encode(bytes.fromhex(file.sha256)).decode()
        with file.path.open("rb") as body:
            if unconditional:
                return self._send(key, body, ChecksumSHA256=checksum)
            return self._put(key, body, replacing, ChecksumSHA256=checksum)

    def _delete_as_seen(self, key: str, report_etag: str | None) -> None:
        seen = self._etag(key)
        self._require(report_etag)
        if seen is None:
            return
        try:
            self._s3.delete_object(Bucket=self.bucket, Key=key, IfMatch=seen)
        except ClientError as error:
            # A newer run has written it since.
            if error.response["Error"]["Code"] not in _LOST | _ABSENT:
                raise

    def _require(self, report_etag: str | None) -> None:
        """Raises Superseded where another report is in place."""
        if self._etag(self.prefix + REPORT) != report_etag:
            raise Superseded(self.prefix)

    def _write(
        self,
        key: str,
        report_etag: str | None,
        put: Callable[[str | None], Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        while True:
            # In this order: whoever claims after the check changes the object seen before it.
            replacing = self._etag(key)
            self._require(report_etag)
            try:
                return put(replacing)
            except _Lost:
                continue  # If an older run wrote this file, its claim is gone by now: once more.

    def _put_report(self, report: PublishedReport, replacing: str | None) -> Mapping[str, Any]:
        return self._put(self.prefix + REPORT, report.text().encode(), replacing)

    def _put(
        self, key: str, body: bytes | BinaryIO, replacing: str | None, **fields: str
    ) -> Mapping[str, Any]:
        condition = {"IfMatch": replacing} if replacing else {"IfNoneMatch": "*"}
        try:
            return self._send(key, body, **condition, **fields)
        except ClientError as error:
            # 404: there is nothing to match any more.
            if error.response["Error"]["Code"] in _LOST | _ABSENT:
                raise _Lost(key) from error
            raise

    def _send(self, key: str, body: bytes | BinaryIO, **options: Any) -> Mapping[str, Any]:  # noqa: ANN401 - as boto3 takes them
        return self._s3.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=body,
            ContentType=_CONTENT_TYPES[Path(key).suffix],
            **options,
        )

    def _etag(self, key: str) -> str | None:
        try:
            return self._s3.head_object(Bucket=self.bucket, Key=key)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise


def _batches(keys: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), most):
        yield keys[start : start + most]
