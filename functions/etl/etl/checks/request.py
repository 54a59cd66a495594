"""A request as the HTTP API's event has it (payload version 2.0)."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from etl.checks.problem import Problem, invalid

MAX_BODY: Final = 1 << 20
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
        pairs = parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)
        self.query = dict(pairs)
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

    def body(self) -> bytes:
        """Raises Problem: 413 past 1 MiB."""
        text = self._event.get("body") or ""
        try:
            encoded = self._event.get("isBase64Encoded")
            body = base64.b64decode(text) if encoded else text.encode("utf-8", "replace")
        except binascii.Error as error:
            raise invalid("the body is no base64", pointer="#") from error
        if len(body) > MAX_BODY:
            raise Problem(413, "", "The body is larger than 1 MiB: send the file's beginning.")
        return body

    def json(self) -> dict[str, Any]:
        """Raises Problem: 422 for what is no object."""
        try:
            document = json.loads(self.body())
        except (ValueError, RecursionError) as error:
            raise invalid("the body cannot be read as JSON", pointer="#") from error
        if not isinstance(document, dict):
            raise invalid("the body must be an object", pointer="#")
        return document

    def told(self, status: int) -> dict[str, object]:
        """For the log: no key and no value of a file."""
        method, path = self.route
        return {"request_id": self.id, "method": method, "route": path, "status": status}


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
