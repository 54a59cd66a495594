"""A deployed API as the suite reaches it: its address, a token, and calls over HTTPS."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from testkit.http_calls import Answer


@dataclass(frozen=True)
class Deployment:
    """`url` without a slash at its end; an empty `token` sends none."""

    url: str
    token: str

    @property
    def is_local(self) -> bool:
        """A stack of this machine looks at tokens only where one is sent."""
        return urlsplit(self.url).hostname in ("127.0.0.1", "localhost")

    def call(
        self,
        method: str,
        target: str,
        *,
        body: bytes | Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """As `testkit.http_calls.HttpCaller`, and with the token."""
        sent = dict(headers or {})
        if isinstance(body, Mapping):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        response = httpx.request(
            method, self.url + target, content=body, headers=sent, timeout=30, trust_env=False
        )
        return Answer(response.status_code, dict(response.headers), response.content)
