"""Calls the API as API Gateway does: an event in, an answer out, no sockets between."""

import base64
import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

EVENTS = Path(__file__).parent.parent / "events"


def load_event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class ApiClient:
    """`entry` is the Lambda function; every call becomes an event of an HTTP API."""

    def __init__(self, entry: Callable[[Any, Any], dict[str, Any]]) -> None:
        self._entry = entry
        self._template = load_event("http_status")

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        claims: Mapping[str, str] | None = None,
    ) -> Answer:
        """`path` as written in a URL; `body` bytes as they are, anything else as JSON.

        As on AWS, the event has the path percent-decoded once and cut at a decoded "?".
        """
        event = copy.deepcopy(self._template)
        route, _, inline = path.partition("?")
        decoded = unquote(route).partition("?")[0]
        event["rawPath"] = event["requestContext"]["http"]["path"] = decoded
        event["rawQueryString"] = query or inline
        event["requestContext"]["http"]["method"] = method
        event["headers"].pop("content-length")
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            event["body"] = base64.b64encode(raw).decode()
            event["isBase64Encoded"] = True
            event["headers"] |= {
                "content-type": "application/json",
                "content-length": f"{len(raw)}",
            }
        event["headers"] |= {name.lower(): value for name, value in (headers or {}).items()}
        if claims is not None:
            event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claims)}}
        return read_answer(self._entry(event, None))

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> Answer:
        return self.call("POST", path, body=body, **options)

    def patch(self, path: str, body: Any, **options: Any) -> Answer:
        return self.call("PATCH", path, body=body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.call("DELETE", path, **options)

    def create(self, email: str, name: str = "Ada Lovelace", role: str = "admin") -> Any:
        answer = self.post("/users/", {"name": name, "email": email, "role": role})
        assert answer.status == 201, answer.body
        return answer.json()

    def tag_of(self, email: str) -> str:
        """The ETag of this user, as it is now."""
        return self.get(address(email)).headers["etag"]


def read_answer(answer: Mapping[str, Any]) -> Answer:
    text = answer.get("body") or ""
    raw = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    return Answer(answer["statusCode"], answer.get("headers") or {}, raw)


def address(email: str) -> str:
    return f"/users/{quote(email, safe='')}"
