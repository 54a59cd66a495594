"""What is copied: the source that a request names, once its conditions hold."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.s3.models import FakeKey
from moto.s3.utils import ARCHIVE_STORAGE_CLASSES

from samulator.servers.aws.s3.conditions import check_copy, conditions_of
from samulator.servers.aws.s3.errors import S3Error, invalid_argument
from samulator.servers.aws.s3.ranges import Piece, read_piece
from samulator.servers.aws.s3.response import ObjectResponse
from samulator.servers.aws.s3.versions import find

_SOURCE = "x-amz-copy-source"
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass(frozen=True)
class CopySource:
    """What is copied, and the version that the request names."""

    key: FakeKey
    version_id: str | None


class Sources(ObjectResponse):
    """Finds the object that is to be copied."""

    def source(self) -> CopySource:
        """The source, once its conditions hold. Raises S3Error."""
        path, _, query = self.headers[_SOURCE].partition("?")
        bucket, separator, name = unquote(path).removeprefix("/").partition("/")
        if not separator or not name:
            raise invalid_argument(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
                _SOURCE,
                self.headers[_SOURCE],
            )
        version_id = parse_qs(query).get("versionId", [None])[0]
        key = self._source_key(bucket, name, version_id)
        check_copy(key, conditions_of(self.headers, f"{_SOURCE}-"))
        if key.storage_class in ARCHIVE_STORAGE_CLASSES and 'ongoing-request="false"' not in str(
            key.response_dict.get("x-amz-restore")
        ):
            raise S3Error(
                "ObjectNotInActiveTierError",
                "The source object of the COPY operation is not in the active tier.",
                403,
            )
        return CopySource(key, version_id)

    def _source_key(self, bucket: str, name: str, version_id: str | None) -> FakeKey:
        try:
            return find(self.backend.get_bucket(bucket), name, version_id)
        except S3Error as error:
            if error.code != "MethodNotAllowed":
                raise
            raise S3Error(
                "InvalidRequest",
                "The source of a copy request may not specifically refer to a delete marker by "
                "version id.",
            ) from error

    def source_bytes(self, source: FakeKey) -> bytes:
        """What a part's copy takes of its source. Raises S3Error for a range outside it."""
        name = f"{_SOURCE}-range"
        asked = self.headers.get(name)
        if asked is None:
            return read_piece(source, None)
        match = _RANGE.fullmatch(asked)
        if match is None:
            raise invalid_argument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where "
                "first and last are the zero-based offsets of the first and last bytes to copy",
                name,
                asked,
            )
        first, last = int(match[1]), int(match[2])
        if first > last or last >= source.size:
            raise invalid_argument(
                f"Range specified is not valid for source object of size: {source.size}",
                name,
                asked,
            )
        return read_piece(source, Piece(first, last, source.size))


def source_version(source: CopySource) -> dict[str, Any]:
    version = source.key.version_id
    return {"x-amz-copy-source-version-id": version} if version != "null" else {}
