"""The errors of S3: a code, a status and the fields that S3 puts beside the message."""

import base64
import secrets
from collections.abc import Mapping
from http import HTTPStatus

from markupsafe import escape

Headers = Mapping[str, str]
_XML = "application/xml"


class S3Error(Exception):
    """What S3 answers instead of doing what was asked. `fields` become elements of the answer."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = HTTPStatus.BAD_REQUEST,
        *,
        fields: Mapping[str, object] | None = None,
        headers: Headers | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = int(status)
        self._fields = fields or {}
        self._headers = headers or {}
        self.ids = request_ids()

    def body(self) -> bytes:
        """The XML that S3 writes."""
        values = {"Code": self.code, "Message": self.message, **self._fields}
        values |= {"RequestId": self.ids["x-amz-request-id"], "HostId": self.ids["x-amz-id-2"]}
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()

    def answer(self, method: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; an answer to HEAD has no body, one of 304 says nothing."""
        if self.status == HTTPStatus.NOT_MODIFIED:
            return self.status, {**self.ids, **self._headers}, b""
        body = b"" if method == "HEAD" else self.body()
        return self.status, {"content-type": _XML, **self.ids, **self._headers}, body


def request_ids() -> dict[str, str]:
    """The two headers that S3 names a request by, each time others."""
    return {
        "x-amz-request-id": secrets.token_hex(8).upper(),
        "x-amz-id-2": base64.b64encode(secrets.token_bytes(48)).decode(),
    }


def invalid_argument(message: str, name: str, value: object) -> S3Error:
    """A parameter or header that S3 cannot read."""
    fields = {"ArgumentName": name, "ArgumentValue": value}
    return S3Error("InvalidArgument", message, fields=fields)


def access_denied(message: str = "Access Denied", **fields: object) -> S3Error:
    return S3Error("AccessDenied", message, HTTPStatus.FORBIDDEN, fields=fields)


def not_implemented(message: str) -> S3Error:
    """What AWS does and this machine does not, or what S3 itself does not."""
    return S3Error("NotImplemented", message, HTTPStatus.NOT_IMPLEMENTED)


def method_not_allowed(method: str, kind: str, headers: Headers | None = None) -> S3Error:
    return S3Error(
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
        HTTPStatus.METHOD_NOT_ALLOWED,
        fields={"Method": method, "ResourceType": kind},
        headers=headers,
    )


def malformed_xml() -> S3Error:
    return S3Error(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )


def precondition_failed(condition: str) -> S3Error:
    return S3Error(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        HTTPStatus.PRECONDITION_FAILED,
        fields={"Condition": condition},
    )
