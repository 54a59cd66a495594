"""The XML that settings come in: what is no such document is refused, not stumbled over."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree  # nosec B405 - by whoever runs this S3
from xml.parsers.expat import ExpatError

from moto.core.request import Request

from samulator.servers.aws.s3.errors import S3Error, malformed_xml
from samulator.servers.aws.s3.response import Answer, ObjectResponse

_UNREADABLE = (
    AssertionError,
    AttributeError,
    ElementTree.ParseError,
    ExpatError,
    KeyError,
    TypeError,
)


@contextmanager
def well_formed() -> Iterator[None]:
    """Around moto's parsers, which take what they look for to be there."""
    try:
        yield
    except _UNREADABLE as error:
        raise malformed_xml() from error


def _check_policy(document: bytes) -> None:
    """Raises S3Error for what would stand in the way of every later request."""
    try:
        policy = json.loads(document)
    except ValueError as error:
        raise _malformed_policy("Policies must be valid JSON") from error
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), list | dict):
        raise _malformed_policy("Missing required field Statement")


def _malformed_policy(message: str) -> S3Error:
    return S3Error("MalformedPolicy", message)


class Documents(ObjectResponse):
    """moto's parsers with S3's answer to what they cannot read."""

    def _bucket_response_put(
        self, request: Request, bucket_name: str, querystring: dict[str, Any]
    ) -> str | Answer:
        if "policy" in querystring:
            _check_policy(self.body)
        with well_formed():
            answer = super()._bucket_response_put(request, bucket_name, querystring)
        if isinstance(answer, tuple) and answer[0] == HTTPStatus.NOT_FOUND:
            # What moto says to a document of versioning without a status.
            raise malformed_xml()
        return answer

    def _key_response_post(
        self, request: Request, body: bytes, bucket_name: str, query: dict[str, Any], key_name: str
    ) -> Answer:
        is_document = bool({"restore", "select"} & query.keys())
        with well_formed() if is_document else nullcontext():
            return super()._key_response_post(request, body, bucket_name, query, key_name)

    def _tagging_from_xml(self) -> dict[str, str]:
        with well_formed():
            return super()._tagging_from_xml()

    def _acl_from_body(self) -> Any:  # noqa: ANN401 - moto's own
        with well_formed():
            return super()._acl_from_body()

    def _legal_hold_status_from_xml(self, xml: bytes) -> dict[str, Any]:
        with well_formed():
            return super()._legal_hold_status_from_xml(xml)

    def _mode_until_from_body(self) -> tuple[str | None, str | None]:
        with well_formed():
            return super()._mode_until_from_body()

    def _notification_config_from_body(self) -> dict[str, Any]:
        """moto takes an empty document for a malformed one."""
        root = ElementTree.fromstring(self.body)  # noqa: S314 # nosec B314 - by its user
        if root.tag.endswith("NotificationConfiguration") and not len(root):
            return {}
        return super()._notification_config_from_body()
