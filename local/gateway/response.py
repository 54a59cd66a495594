"""Makes the HTTP response of what a function returned, payload format 2.0."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

# The connection is the gateway's own; the length is that of the body it sends.
_DROPPED = {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}
_DEFAULT_TYPE = "text/plain;charset=UTF-8"


class MalformedResponse(Exception):
    """The function returned what API Gateway answers with 500; the message says why."""


@dataclass
class HttpResponse:
    """Status, headers in order (several set-cookie possible) and body.

    `declared_length` is the function's own content-length: to HEAD, which has no body, it says
    how long GET's would be.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    problem: str | None = None
    declared_length: str | None = None


def message(status: int, text: str, problem: str | None = None) -> HttpResponse:
    """Return one of API Gateway's own answers; `problem` is for the log alone."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return HttpResponse(status, [("content-type", "application/json")], body, problem)


def read_response(payload: bytes) -> HttpResponse:
    """Return the response in a function's result. Raises MalformedResponse."""
    try:
        result = json.loads(payload)
    except ValueError as error:
        raise MalformedResponse(f"the function returned no JSON: {error}") from error
    if not isinstance(result, dict) or "statusCode" not in result:
        # Without a statusCode the result itself is the body of a 200.
        body = result.encode() if isinstance(result, str) else payload
        return HttpResponse(200, [("content-type", "application/json")], body)
    headers = _headers(result)
    body = _body(result)
    if body and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", _DEFAULT_TYPE))
    response = HttpResponse(_status(result["statusCode"]), [], body)
    response.declared_length = _declared_length(headers)
    response.headers = [pair for pair in headers if pair[0] not in _DROPPED]
    return response


def _status(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or not 100 <= int(text) <= 599:
        raise MalformedResponse(f"the function returned statusCode {value!r}")
    return int(text)


def _headers(result: dict[str, Any]) -> list[tuple[str, str]]:
    declared = result.get("headers") or {}
    cookies = result.get("cookies") or []
    if not isinstance(declared, dict) or not isinstance(cookies, list):
        raise MalformedResponse("the function returned headers or cookies of the wrong type")
    headers = [(str(name).lower(), _header_value(name, value)) for name, value in declared.items()]
    headers += [("set-cookie", _header_value("cookies", cookie)) for cookie in cookies]
    return headers


def _declared_length(headers: list[tuple[str, str]]) -> str | None:
    lengths = [value for name, value in headers if name == "content-length"]
    return lengths[-1] if lengths and lengths[-1].isdecimal() else None


def _header_value(name: object, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float) or any(mark in str(value) for mark in "\r\n\0"):
        raise MalformedResponse(f"the function returned header {name!r} as {value!r}")
    return str(value)


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        kind = type(body).__name__
        raise MalformedResponse(f"the function returned a body of type {kind}, not a string")
    if not result.get("isBase64Encoded"):
        return body.encode("utf-8", errors="replace")
    try:
        return base64.b64decode(body)
    except ValueError as error:
        raise MalformedResponse("isBase64Encoded is set but the body is no base64") from error
