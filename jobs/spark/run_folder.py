"""The folder of one run in the processed bucket, into which every task puts its parts."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.s3.transfer import TransferConfig

from etl.report.model import Output, SourceVersion
from etl.s3.processed import Processed
from etl.sink.files import DataFile
from jobs.spark.parts import Kept, part_name
from jobs.spark.stored_object import StoredObject, client

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SCRATCH = "scratch.csv"

# S3 takes 10,000 parts of an upload: 320 GB of text. Up to ten are in memory.
_UPLOAD = TransferConfig(multipart_threshold=32 << 20, multipart_chunksize=32 << 20)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Keys that begin with `folder`; nobody but this run and its other attempts write there."""

    bucket: str
    folder: str
    endpoint_url: str = ""

    def keep(self, part: int, files: Mapping[str, DataFile]) -> Kept:
        """Put the files of a part; they stay where they were written."""
        target = Processed(client(self.endpoint_url), self.bucket, self.folder)
        kept = {}
        for name, file in files.items():
            key = self.folder + part_name(part, name)
            version = target.put_part(key, file)
            kept[name] = Output(key=key, bytes=file.size, sha256=file.sha256, version_id=version)
        return kept

    def write_text(self, chunks: Iterator[bytes]) -> StoredObject:
        """Put the text as an object that `clear` deletes. Raises Refused."""
        s3, key = client(self.endpoint_url), self.folder + SCRATCH
        with io.BufferedReader(_Stream(chunks), 1 << 20) as text:
            s3.upload_fileobj(text, self.bucket, key, Config=_UPLOAD)
        head = s3.head_object(Bucket=self.bucket, Key=key)
        version = SourceVersion(
            bucket=self.bucket,
            key=key,
            version_id=head.get("VersionId"),
            etag=head["ETag"],
            bytes=head["ContentLength"],
            last_modified=head["LastModified"].isoformat(),
        )
        return StoredObject(version, self.endpoint_url)

    def clear(self) -> None:
        """Delete the text, if there is one: deleting nothing would leave a marker of it."""
        s3, key = client(self.endpoint_url), self.folder + SCRATCH
        if Processed(s3, self.bucket, self.folder).has(key):
            s3.delete_object(Bucket=self.bucket, Key=key)


class _Stream(io.RawIOBase):
    """Chunks as one stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        while not len(self._rest):
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
