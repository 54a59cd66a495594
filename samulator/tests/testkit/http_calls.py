"""HTTP calls as tests make them, whatever answers."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from testkit.timing import LONG_SECONDS


@dataclass(frozen=True)
class Answer:
    """An HTTP response; header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)


class HttpCaller:
    """Calls a server, each time on a new connection, and never follows redirects."""

    def __init__(self, base_url: str, *, timeout: float = LONG_SECONDS) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname
        self._host, self._port, self._timeout = parts.hostname, parts.port, timeout

    def __call__(
        self,
        method: str,
        target: str,
        *,
        body: bytes | Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`target` is path and query as they go over the wire; a mapping is sent as JSON."""
        sent = dict(headers or {})
        if isinstance(body, Mapping):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, target, body=body, headers=sent)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()
