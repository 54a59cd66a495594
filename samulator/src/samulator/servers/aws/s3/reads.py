"""GET and HEAD of objects, and what else is read of one."""

from typing import Any

from moto.s3.models import FakeKey
from moto.s3.responses import ALLOWED_HEADER_OVERRIDES
from moto.s3.utils import ARCHIVE_STORAGE_CLASSES

from samulator.servers.aws.s3.conditions import check_read, conditions_of
from samulator.servers.aws.s3.described import (
    checksum_headers,
    checksum_members,
    headers_of,
    parts_members,
    parts_of,
)
from samulator.servers.aws.s3.errors import S3Error, invalid_argument
from samulator.servers.aws.s3.pages import number_in
from samulator.servers.aws.s3.ranges import Piece, asked_part, asked_range, read_piece
from samulator.servers.aws.s3.response import Answer, ObjectResponse

_ATTRIBUTES = ("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize")


class Reads(ObjectResponse):
    """Reads change nothing."""

    def _key_response_get(self, query: dict[str, Any], key_name: str) -> Answer:
        if "retention" in query:
            return self.get_object_retention()
        answer: Answer = super()._key_response_get(query, key_name)
        return answer

    def get_object(self) -> Answer:
        key = self.found()
        if key.storage_class in ARCHIVE_STORAGE_CLASSES and 'ongoing-request="false"' not in str(
            key.response_dict.get("x-amz-restore")
        ):
            raise S3Error(
                "InvalidObjectState",
                "The operation is not valid for the object's storage class",
                403,
                fields={"StorageClass": key.storage_class},
            )
        status, headers, piece = self._described(key)
        return status, headers, read_piece(key, piece)

    def head_object(self, *_: object, **__: object) -> Answer:
        status, headers, _piece = self._described(self.found())
        return status, headers, b""

    def _described(self, key: FakeKey) -> tuple[int, dict[str, Any], Piece | None]:
        """Status and headers of an answer with the object, and the piece it holds."""
        check_read(key, conditions_of(self.headers))
        headers = self._get_cors_headers_other() | headers_of(key) | self.version_header(key)
        headers = _without(headers, self._overrides()) | self._overrides()
        piece = self._piece(key)
        whole = piece is None or piece.is_whole
        if self.headers.get("x-amz-checksum-mode") == "ENABLED" and whole:
            headers |= checksum_headers(key)
        if "partNumber" in self.place.query and parts_of(key):
            headers["x-amz-mp-parts-count"] = str(len(parts_of(key)))
        if piece is None:
            return 200, headers, None
        headers |= {"content-range": piece.content_range, "content-length": str(piece.length)}
        return 206, headers, piece

    def _overrides(self) -> dict[str, str]:
        return {
            header: self.place.query[parameter]
            for parameter, header in ALLOWED_HEADER_OVERRIDES.items()
            if parameter in self.place.query
        }

    def _piece(self, key: FakeKey) -> Piece | None:
        number, asked = self.place.query.get("partNumber"), self.headers.get("range")
        if number is None:
            return asked_range(asked, key.size)
        if asked:
            raise S3Error(
                "InvalidRequest", "Cannot specify both Range header and partNumber query parameter"
            )
        sizes = [part.size for part in parts_of(key)]
        return asked_part(number, sizes or [key.size])

    def get_object_attributes(self) -> Answer:
        key = self.found()
        wanted = [
            name.strip() for name in self.headers.get("x-amz-object-attributes", "").split(",")
        ]
        for name in wanted:
            if name not in _ATTRIBUTES:
                raise invalid_argument(
                    "Invalid attribute name specified.", "x-amz-object-attributes", name
                )
        after = self._number("x-amz-part-number-marker", 0)
        most = self._number("x-amz-max-parts", 1000)
        known: dict[str, Any] = {
            "ETag": key.etag.strip('"'),
            "Checksum": checksum_members(key),
            "ObjectParts": parts_members(key, after, most),
            "StorageClass": key.storage_class,
            "ObjectSize": key.size,
        }
        result = {"LastModified": key.last_modified} | {name: known[name] for name in wanted}
        headers = self.version_header(key) | {"Last-Modified": key.last_modified_RFC1123}
        return self.result("GetObjectAttributes", result, headers)

    def _number(self, header: str, default: int) -> int:
        return number_in(self.headers.get(header), header, default)

    def get_object_acl(self) -> Answer:
        key = self.found()
        return self.result("GetObjectAcl", self._acl_to_dict(key.acl), self.version_header(key))

    def get_object_tagging(self) -> Answer:
        key = self.found()
        tags = self.backend.get_object_tagging(key)["Tags"]
        return self.result("GetObjectTagging", {"TagSet": tags}, self.version_header(key))

    def get_object_legal_hold(self) -> Answer:
        key = self.found()
        if not key.lock_legal_status:
            raise _no_lock()
        held = {"LegalHold": {"Status": key.lock_legal_status}}
        return self.result("GetObjectLegalHold", held, self.version_header(key))

    def get_object_retention(self) -> Answer:
        key = self.found()
        if not key.lock_mode:
            raise _no_lock()
        kept = {"Retention": {"Mode": key.lock_mode, "RetainUntilDate": key.lock_until}}
        return self.result("GetObjectRetention", kept, self.version_header(key))


def _no_lock() -> S3Error:
    return S3Error(
        "NoSuchObjectLockConfiguration",
        "The specified object does not have a ObjectLock configuration",
        404,
    )


def _without(headers: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    names = {name.lower() for name in others}
    return {name: value for name, value in headers.items() if name.lower() not in names}
