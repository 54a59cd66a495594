"""Receives what a client sent, within API Gateway's limits."""

import base64
import os
import re
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from aiohttp import web

from samulator.http.server.body import receive

BODY_LIMIT = 10 * 1024 * 1024
# "Total combined size of request line and header values", quotas of HTTP and REST APIs.
HEAD_LIMIT = 10_240
# Methods that ask something of the gateway itself, which it does not offer.
OF_THE_CONNECTION = {"CONNECT", "TRACE"}
ALLOWED = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"  # RFC 9110: a 405 has to say
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


@dataclass(frozen=True)
class HttpRequest:
    """What a client sent: `target` is the request line's, `headers` in order and as sent."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    client_ip: str
    port: int
    protocol: str = "HTTP/1.1"

    @cached_property
    def path(self) -> str:
        """Return the path, percent-decoded once; HTTP APIs cut it at a decoded "?"."""
        return unquote(self.raw_path).partition("?")[0]

    @property
    def raw_path(self) -> str:
        """Return the path as sent."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """Return the query string as sent."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """Return the last value of a header, whose name is in lower case here."""
        found = [value for known, value in self.headers if known.lower() == name]
        return found[-1] if found else None


def new_request_id() -> str:
    """Return an id that looks like API Gateway's."""
    return base64.b64encode(os.urandom(11)).decode()


def new_trace_id() -> str:
    """Return an X-Ray trace header's value."""
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"


def joined(pairs: Iterable[tuple[str, str]], separator: str) -> dict[str, str]:
    """Return the values by name, those of equal names joined."""
    by_name: dict[str, str] = {}
    for name, value in pairs:
        by_name[name] = f"{by_name[name]}{separator}{value}" if name in by_name else value
    return by_name


def head_size(request: web.BaseRequest) -> int:
    """Return the bytes of the request line and all header values."""
    line = f"{request.method} {request.raw_path} HTTP/1.1"
    return len(line) + sum(len(value) for _, value in request.raw_headers)


async def receive_request(request: web.BaseRequest, limit: int = BODY_LIMIT) -> HttpRequest:
    """Return the whole request with a body of at most `limit` bytes. Raises BodyRefused."""
    local = request.transport.get_extra_info("sockname") if request.transport else None
    return HttpRequest(
        method=request.method,
        target=target_of(request.raw_path),
        headers=[(_text(name), _text(value)) for name, value in request.raw_headers],
        body=await receive(request, limit),
        client_ip=request.remote or "127.0.0.1",
        port=local[1] if local else 0,
        protocol=f"HTTP/{request.version.major}.{request.version.minor}",
    )


def target_of(line: str) -> str:
    """Path and query of the request line's target, which may be a whole URL."""
    if not line.startswith("/"):
        rest = line.partition("://")[2]
        line = rest[len(re.split("[/?#]", rest, maxsplit=1)[0]) :] if rest else line
        line = line if line.startswith("/") else f"/{line}"
    return _text(line.encode("utf-8", errors="surrogateescape")).partition("#")[0]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
