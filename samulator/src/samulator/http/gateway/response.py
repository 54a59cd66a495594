"""What is answered, and what of a function's result may be: names, values, status and body."""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

# The connection is the gateway's own; the length is that of the body it sends.
DROPPED = {"connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade"}
# What HTTP allows in a message's head (RFC 9110, section 5), and final status codes.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile("[\t -~\x80-\ud7ff\ue000-\U0010ffff]*")
_STATUS = re.compile("[2-5][0-9][0-9]")
_LENGTH = re.compile("[0-9]{1,18}")
_SHOWN = 100


class MalformedResponse(Exception):
    """The function returned what API Gateway answers with 500 or 502; the message says why."""


@dataclass
class HttpResponse:
    """Status, headers in order (several set-cookie possible) and body.

    `declared_length` is the function's own content-length: to HEAD, which has no body, it says
    how long GET's would be. `problem` is for the terminal alone.
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


def parse_result(payload: bytes) -> object:
    """Return a function's result. Raises MalformedResponse where it is no JSON."""
    try:
        result: object = json.loads(payload.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedResponse(f"the function returned no JSON: {error}") from error
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def read_status(value: object) -> int:
    """Return a final status: a client waits for more after a 1xx, which is no answer."""
    if isinstance(value, bool) or not _STATUS.fullmatch(str(value)):
        raise MalformedResponse(f"the function returned statusCode {short(value)}")
    return int(str(value))


def header_name(name: str) -> str:
    """Return the name as it is. Raises MalformedResponse where HTTP has no such name."""
    if not _TOKEN.fullmatch(name):
        raise MalformedResponse(f"the function returned a header of the name {short(name)}")
    return name


def header_value(name: str, value: object) -> str:
    """Return the value as HTTP has it. Raises MalformedResponse where HTTP has no such value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float) or not _VALUE.fullmatch(str(value)):
        raise MalformedResponse(f"the function returned header {name!r} as {short(value)}")
    return str(value).strip(" \t")


def declared_length(headers: list[tuple[str, str]]) -> str | None:
    """Return the last content-length, if it is one; names are in any case."""
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    return lengths[-1] if lengths and _LENGTH.fullmatch(lengths[-1]) else None


def read_text(result: dict[str, Any]) -> str:
    """Return the body that the function returned, as it is. Raises MalformedResponse."""
    body = result.get("body")
    if body is None:
        return ""
    if not isinstance(body, str):
        kind = type(body).__name__
        raise MalformedResponse(f"the function returned a body of type {kind}, not a string")
    return body


def read_body(result: dict[str, Any]) -> bytes:
    """Return the body's bytes, decoded where the function says that it is base64."""
    is_encoded = read_flag(result.get("isBase64Encoded"))
    body = read_text(result)
    return decoded(body) if is_encoded else encoded(body)


def decoded(body: str) -> bytes:
    """Return what the base64 stands for. Raises MalformedResponse."""
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise MalformedResponse("isBase64Encoded is set but the body is no base64") from error


def read_flag(value: object) -> bool:
    """Return a boolean, also where some frameworks write a text for one."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if value not in ("true", "false"):
        raise MalformedResponse(f"the function returned isBase64Encoded as {short(value)}")
    return value == "true"


def encoded(text: str) -> bytes:
    """Return UTF-8; a lone surrogate, which has none, becomes a question mark."""
    return text.encode("utf-8", errors="replace")


def short(value: object) -> str:
    """Return a value as a line of the terminal shows it."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def error_summary(payload: bytes) -> str:
    """Return the error object of a function that failed, in a line."""
    error = json.loads(payload)
    if not isinstance(error, dict):
        return short(error)
    return f"{error.get('errorType', 'Error')}: {error.get('errorMessage', '')}"
