"""Makes the HTTP response of what a function returned, payload format 2.0."""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

# The connection is the gateway's own; the length is that of the body it sends.
_DROPPED = {"connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade"}
# What HTTP allows in a message's head (RFC 9110, section 5), and final status codes.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile("[\t -~\x80-\ud7ff\ue000-\U0010ffff]*")
_STATUS = re.compile("[2-5][0-9][0-9]")
_LENGTH = re.compile("[0-9]{1,18}")
_SHOWN = 100
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
    result = _parse(payload)
    if not isinstance(result, dict) or "statusCode" not in result:
        # Without a statusCode the result itself is the body of a 200.
        body = _encoded(result) if isinstance(result, str) else payload
        return HttpResponse(200, [("content-type", "application/json")], body)
    headers = _headers(result)
    body = _body(result)
    if body and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", _DEFAULT_TYPE))
    response = HttpResponse(_status(result["statusCode"]), [], body)
    response.declared_length = _declared_length(headers)
    response.headers = [pair for pair in headers if pair[0] not in _DROPPED]
    return response


def _parse(payload: bytes) -> object:
    try:
        result: object = json.loads(payload.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedResponse(f"the function returned no JSON: {error}") from error
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _status(value: object) -> int:
    """A client waits for more after a 1xx, which is no answer."""
    if isinstance(value, bool) or not _STATUS.fullmatch(str(value)):
        raise MalformedResponse(f"the function returned statusCode {_short(value)}")
    return int(str(value))


def _headers(result: dict[str, Any]) -> list[tuple[str, str]]:
    declared = result.get("headers") or {}
    cookies = result.get("cookies") or []
    if not isinstance(declared, dict) or not isinstance(cookies, list):
        raise MalformedResponse("the function returned headers or cookies of the wrong type")
    # Of names that differ in case alone the last one stands, as of equal names in JSON.
    named = {_header_name(name): _header_value(name, value) for name, value in declared.items()}
    return [*named.items(), *(("set-cookie", _cookie(cookie)) for cookie in cookies)]


def _declared_length(headers: list[tuple[str, str]]) -> str | None:
    lengths = [value for name, value in headers if name == "content-length"]
    return lengths[-1] if lengths and _LENGTH.fullmatch(lengths[-1]) else None


def _header_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise MalformedResponse(f"the function returned a header of the name {_short(name)}")
    return name.lower()


def _header_value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float) or not _VALUE.fullmatch(str(value)):
        raise MalformedResponse(f"the function returned header {name!r} as {_short(value)}")
    return str(value).strip(" \t")


def _cookie(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedResponse(f"the function returned a cookie as {_short(value)}")
    return _header_value("set-cookie", value)


def _body(result: dict[str, Any]) -> bytes:
    is_encoded = _flag(result.get("isBase64Encoded"))
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        kind = type(body).__name__
        raise MalformedResponse(f"the function returned a body of type {kind}, not a string")
    if not is_encoded:
        return _encoded(body)
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise MalformedResponse("isBase64Encoded is set but the body is no base64") from error


def _flag(value: object) -> bool:
    """A boolean, also as the text that some frameworks write for one."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if value not in ("true", "false"):
        raise MalformedResponse(f"the function returned isBase64Encoded as {_short(value)}")
    return value == "true"


def _encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate, which has none, becomes a question mark."""
    return text.encode("utf-8", errors="replace")


def _short(value: object) -> str:
    """A value as a line of the terminal shows it."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
