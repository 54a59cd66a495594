"""The errors of S3: a code, a status and the fields that S3 puts beside the message."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

from markupsafe import escape

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
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = int(status)
        self._fields = fields or {}
        self._headers = headers or {}

    def body(self) -> bytes:
        """The XML that S3 writes."""
        values = {"Code": self.code, "Message": self.message, **self._fields}
        values |= {"RequestId": secrets.token_hex(8).upper(), "HostId": "local"}
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()

    def answer(self, method: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; an answer to HEAD has no body, one of 304 says nothing."""
        if self.status == HTTPStatus.NOT_MODIFIED:
            return self.status, {**self._headers}, b""
        body = b"" if method == "HEAD" else self.body()
        return self.status, {"content-type": _XML, **self._headers}, body


def invalid_argument(message: str, name: str, value: object) -> S3Error:
    """A parameter or header that S3 cannot read."""
    fields = {"ArgumentName": name, "ArgumentValue": value}
    return S3Error("InvalidArgument", message, fields=fields)


def access_denied(message: str = "Access Denied", **fields: object) -> S3Error:
    return S3Error("AccessDenied", message, HTTPStatus.FORBIDDEN, fields=fields)


def not_implemented(message: str) -> S3Error:
    """What AWS does and this machine does not, or what S3 itself does not."""
    return S3Error("NotImplemented", message, HTTPStatus.NOT_IMPLEMENTED)


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
