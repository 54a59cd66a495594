"""What moto's answers to S3 calls are derived from, with the place and the errors of our own."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from moto.core.request import Request
from moto.core.responses import ActionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeAcl, FakeBucket, FakeKey, get_canned_acl
from moto.s3.responses import S3Response
from moto.s3.utils import metadata_from_headers

from samulator.servers.aws.notifications import ObjectChange
from samulator.servers.aws.observer import CHANGES
from samulator.servers.aws.s3.errors import S3Error, access_denied, invalid_argument
from samulator.servers.aws.s3.request import S3Request
from samulator.servers.aws.s3.versions import Version, etag_of, find

OWNER = {
    "ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
    "DisplayName": "webfile",
}
Answer = tuple[int, dict[str, Any], Any]
Respond = Callable[[Request, str], str | Answer]

# Headers that moto keeps with an object although they say something about the request alone.
_OF_THE_REQUEST = {
    "content-md5",
    "x-amz-checksum-algorithm",
    "x-amz-checksum-type",
    "x-amz-content-crc32",
    "x-amz-content-crc32c",
    "x-amz-content-sha1",
    "x-amz-content-sha256",
}
_CANNED_ACLS = {
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-full-control",
    "bucket-owner-read",
    "log-delivery-write",
    "private",
    "public-read",
    "public-read-write",
}


class ObjectResponse(S3Response):
    """One request, whose bucket and key `place` names."""

    def __init__(self, place: S3Request) -> None:
        super().__init__()
        self.place = place

    def parse_bucket_name_from_url(self, request: object, url: str) -> str:  # noqa: ARG002
        return self.place.bucket

    def parse_key_name(self) -> str:
        return self.place.key

    def key_response(self, request: Request, full_url: str, headers: object) -> Answer:  # noqa: ARG002
        return self._answered(self._key_response, request, full_url)

    def bucket_response(self, request: Request, full_url: str, headers: object) -> Answer:  # noqa: ARG002
        return self._answered(self._bucket_response, request, full_url)

    def _answered(self, respond: Respond, request: Request, full_url: str) -> Answer:
        self.setup_class(request)
        self.backend.log_incoming_request(request, self.bucket_name)
        try:
            answer = respond(request, full_url)
        except S3Error as error:
            answer = error.answer(self.place.method)
        except S3ClientError as error:
            answer = self.serialized(ActionResult(error))
        status, headers, body = self._send_response(answer)
        if status == HTTPStatus.FORBIDDEN and not body:
            return access_denied().answer(self.place.method)
        return status, headers, body

    @property
    def bucket(self) -> FakeBucket:
        return self.backend.get_bucket(self.bucket_name)

    @property
    def version_id(self) -> str | None:
        return self.place.query.get("versionId")

    def found(self) -> FakeKey:
        """The object that the request names. Raises S3Error, for a delete marker too."""
        return find(self.bucket, self.place.key, self.version_id)

    def changed(self, name: str, key: FakeKey) -> None:
        """Notes, for the notifications of the bucket, what was done to an object."""
        told = self.version_header(key).get("x-amz-version-id")
        self.note(ObjectChange(name, self.bucket_name, key.name, key.size, etag_of(key), told))

    def note(self, change: ObjectChange) -> None:
        trace = self.place.header("x-amzn-trace-id")
        self.place.environ[CHANGES].append(replace(change, trace=trace))

    def version_header(self, version: Version) -> dict[str, str]:
        """Named only where the bucket has, or had, versions."""
        if not self.bucket.versioning_status:
            return {}
        return {"x-amz-version-id": version.version_id}

    def sent_metadata(self) -> dict[str, str]:
        """The metadata of the object that this request creates."""
        sent = {**metadata_from_headers(self.headers)}
        content_type = self.place.header("content-type")
        if content_type:
            sent = {name: value for name, value in sent.items() if name.lower() != "content-type"}
            sent["Content-Type"] = content_type
        return {name: value for name, value in sent.items() if name.lower() not in _OF_THE_REQUEST}

    def sent_acl(self) -> FakeAcl:
        """Raises S3Error for a canned ACL that S3 does not know."""
        canned = self.headers.get("x-amz-acl")
        if canned and canned not in _CANNED_ACLS:
            raise invalid_argument("Invalid canned ACL", "x-amz-acl", canned)
        try:
            return self._acl_from_headers(self.headers) or get_canned_acl("private")
        except (AttributeError, KeyError) as error:
            grants = self.place.headers("x-amz-grant-")
            raise invalid_argument(
                "Argument format not recognized", "x-amz-grant", grants
            ) from error

    def result(self, action: str, result: dict[str, Any], headers: dict[str, Any]) -> Answer:
        """The XML of `action`'s result."""
        self.data["Action"] = action
        status, own, body = self.serialized(ActionResult(result))
        return status, {**own, **headers}, body
