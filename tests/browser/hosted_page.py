"""A user pool's hosted page on this machine: authorization code with PKCE, refresh, sign-out.

It does what Amazon Cognito documents of its endpoints, and refuses what Cognito refuses:
https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

CLIENT = "console"
Sign = Callable[[Mapping[str, Any], int], str]
_FORM = "<form method=post><button>Continue as Ada</button></form>"
_PAGE = f"<!doctype html><title>Pool</title>{_FORM}".encode()


class Refused(Exception):
    """What OAuth calls the reason (RFC 6749, section 5.2)."""


@dataclass
class Pool:
    """`origin` is the console's; tokens of `lifetime` seconds are signed by `sign`."""

    origin: str = ""
    sign: Sign | None = None
    lifetime: int = 3600
    renewals: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)

    @property
    def callback(self) -> str:
        return f"{self.origin}/console"

    def authorise(self, asked: Mapping[str, str]) -> str:
        """The address to go on at, with a code that is good once. Raises Refused."""
        self.check(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(asked)
        return f"{self.callback}?{urlencode({'code': code, 'state': asked['state']})}"

    def check(self, asked: Mapping[str, str]) -> None:
        """Raises Refused."""
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self.callback,
            "code_challenge_method": "S256",
        }
        if {name: asked.get(name) for name in wanted} != wanted:
            raise Refused("invalid_request")
        if not asked.get("code_challenge") or "openid" not in asked.get("scope", "").split():
            raise Refused("invalid_request")

    def tokens(self, sent: Mapping[str, str]) -> dict[str, object]:
        """What the token endpoint answers. Raises Refused."""
        if sent.get("client_id") != CLIENT:
            raise Refused("invalid_client")
        if sent.get("grant_type") == "refresh_token":
            if sent.get("refresh_token") not in self.refresh_tokens:
                raise Refused("invalid_grant")
            self.renewals += 1
            return self._signed({})
        asked = self.codes.pop(sent.get("code", ""), None)
        if asked is None or sent.get("redirect_uri") != asked["redirect_uri"]:
            raise Refused("invalid_grant")
        if challenge(sent.get("code_verifier", "")) != asked["code_challenge"]:
            raise Refused("invalid_grant")
        refresh_token = secrets.token_urlsafe(16)
        self.refresh_tokens.add(refresh_token)
        return {**self._signed({"nonce": asked.get("nonce")}), "refresh_token": refresh_token}

    def _signed(self, of_identity: Mapping[str, Any]) -> dict[str, object]:
        assert self.sign is not None
        scope = "openid users/read users/write datasets/read datasets/write"
        access = {"client_id": CLIENT, "token_use": "access", "scope": scope}
        identity = {"aud": CLIENT, "token_use": "id", **of_identity}
        return {
            "access_token": self.sign(access, self.lifetime),
            "id_token": self.sign(identity, self.lifetime),
            "expires_in": self.lifetime,
            "token_type": "Bearer",
        }


def challenge(verifier: str) -> str:
    """Of a verifier, by S256 (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@contextmanager
def hosted(pool: Pool) -> Iterator[str]:
    """Serves the pool; yields its URL."""
    handler = type("Handler", (_Handler,), {"pool": pool})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    pool: Pool
    # A browser keeps no connection that would have to be waited for at the end.
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        asked = dict(parse_qsl(place.query))
        try:
            if place.path == "/oauth2/authorize":
                self.pool.check(asked)
                self._answer(200, _PAGE, {"Content-Type": "text/html"})
            elif place.path == "/logout" and asked.get("logout_uri") == self.pool.callback:
                self._answer(302, b"", {"Location": self.pool.callback})
            else:
                self._answer(404, b"", {})
        except Refused as refused:
            self._answer(400, str(refused).encode(), {})

    def do_POST(self) -> None:
        place = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {"Content-Type": "application/json"}
        headers["Access-Control-Allow-Origin"] = self.pool.origin
        try:
            if place.path == "/oauth2/authorize":
                goes_on = self.pool.authorise(dict(parse_qsl(place.query)))
                self._answer(302, b"", {"Location": goes_on})
            else:
                tokens = self.pool.tokens(dict(parse_qsl(body)))
                self._answer(200, json.dumps(tokens).encode(), headers)
        except Refused as refused:
            self._answer(400, json.dumps({"error": str(refused)}).encode(), headers)

    def log_message(self, *_: object) -> None:
        """A test's output is the test's."""

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
