"""A request as the HTTP API's event has it (payload version 2.0)."""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from etl.checks.problem import Problem, invalid

MAX_BODY: Final = 1 << 20
_LONGEST_NAME: Final = 200
# What the gateway, which takes text/* and JSON for UTF-8, puts where bytes are none.
_UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"
_NOT_UTF_8: Final = (
    "the body was sent as text and is no UTF-8, so that its bytes are lost: send the file as"
    " application/octet-stream, and its encoding is found"
)
_NOT_UTF_8_JSON: Final = (
    "the body is no UTF-8, so that bytes of it are lost: send JSON as UTF-8, and the character"
    " that stands for lost ones, where it is meant, as \\ufffd"
)
# As many bytes of a character can be sent without its last one.
_LONGEST_PART: Final = 3
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Request:
    """Method, path, query, headers and body of an event."""

    def __init__(self, event: Mapping[str, Any], function_request_id: str) -> None:
        self._event = event
        context = event.get("requestContext") or {}
        http = context.get("http") or {}
        self._claims = _claims(context)
        self.headers = {
            str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()
        }
        path = str(event.get("rawPath") or http.get("path") or "/").rstrip("/")
        self.route = (str(http.get("method", "GET")), path)
        self._query = parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)
        given = self.headers.get("x-request-id", "")
        self.id = given if _ID.fullmatch(given) else context.get("requestId") or function_request_id

    def authorize(self, scope: str, *, required: bool) -> None:
        """Raises Problem: 401 without verified claims where they are required, 403 without scope.

        Who comes without claims where none are required may do everything.
        """
        if self._claims is None:
            if required:
                headers = {"WWW-Authenticate": "Bearer"}
                detail = "The request carries no verified token."
                raise Problem(401, "unauthenticated", detail, headers=headers)
            return
        if scope not in _scopes(self._claims):
            headers = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
            detail = f"The token lacks the scope {scope}."
            raise Problem(403, "missing-scope", detail, headers=headers)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def parameters(self, *known: str) -> dict[str, str]:
        """The query string. Raises Problem (422) for what the call does not know or has twice."""
        names = [name[:_LONGEST_NAME] for name, _ in self._query]
        for name in names:
            if name not in known:
                there = f"known are {', '.join(known)}" if known else "the call takes none"
                raise invalid(f"{name} is not known here; {there}", parameter=name)
            if names.count(name) > 1:
                raise invalid(f"{name} is given more than once", parameter=name)
        return dict(self._query)

    def body(self, whole_bytes: int | None = None) -> bytes:
        """Raises Problem: 413 past 1 MiB, 422 for a text that the gateway could not read.

        `whole_bytes`: of the file, where this may be its beginning. What is left of a character
        that was cut at the beginning's end is not part of it.
        """
        text = self._event.get("body") or ""
        encoded = self._event.get("isBase64Encoded")
        if not encoded and whole_bytes is not None:
            text = _without_cut_character(text, whole_bytes)
        if not encoded and _UNREADABLE in text:
            if self.media_type.startswith("text/"):
                raise invalid(_NOT_UTF_8, pointer="#")
            if self.media_type == "application/json":
                raise invalid(_NOT_UTF_8_JSON, pointer="#")
        try:
            body = base64.b64decode(text) if encoded else text.encode("utf-8", "replace")
        except binascii.Error as error:
            raise invalid("the body is no base64", pointer="#") from error
        if len(body) > MAX_BODY:
            raise Problem(413, "", "The body is larger than 1 MiB: send the file's beginning.")
        return body

    def json(self) -> dict[str, Any]:
        """Raises Problem: 422 for what is no object."""
        try:
            document = json.loads(self.body(), object_pairs_hook=_unrepeated)
        except (ValueError, RecursionError) as error:
            raise invalid("the body cannot be read as JSON", pointer="#") from error
        if not isinstance(document, dict):
            raise invalid("the body must be an object", pointer="#")
        return document

    def told(self, status: int) -> dict[str, object]:
        """For the log: no key and no value of a file."""
        method, path = self.route
        return {"request_id": self.id, "method": method, "route": path, "status": status}


def _without_cut_character(text: str, whole_bytes: int) -> str:
    """As it is where no more can have followed what was sent."""
    rest = text.rstrip(_UNREADABLE)
    if len(text) - len(rest) > _LONGEST_PART:
        return text
    return rest if len(rest.encode("utf-8", "replace")) + _LONGEST_PART < whole_bytes else text


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of one body must not take different parts of it (RFC 8259, section 4)."""
    members = dict(pairs)
    if len(members) < len(pairs):
        ((repeated, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise invalid(f"{json.dumps(repeated[:100])} is given more than once", pointer="#")
    return members


def _claims(context: Mapping[str, Any]) -> dict[str, Any] | None:
    found: Any = context
    for step in ("authorizer", "jwt", "claims"):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) and found else None


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """As the user API reads them: `scope` (RFC 8693) or `scp`, a list in brackets, Cognito's /."""
    granted = claims.get("scope") or claims.get("scp")
    if not isinstance(granted, str):
        return frozenset()
    return frozenset(granted.strip("[]").replace("/", ":").split())
