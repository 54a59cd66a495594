"""Leads requests for the address of user pools to this machine, where their keys are.

Part of a worker's first code, so the standard library alone. Handlers that check tokens fetch
https://cognito-idp.{region}.amazonaws.com/{pool}/.well-known/jwks.json, the issuer that is in each
token, by urllib, requests, httpx or aiohttp: no setting comes before a host that code names. What
opens their connections does; it speaks HTTP to the local services then, and the Host stays as it
was.
"""

import functools
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

HOST = re.compile(r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", re.IGNORECASE)


def lead_user_pools() -> None:
    """See to it that HTTP clients of this process find the keys of user pools here."""
    # Found beside this file, in a worker alone.
    from after_import import after_import  # type: ignore[import-not-found]

    for module, lead in _LEADS.items():
        after_import(module, lead)


def local_place(host: str) -> "tuple[str, int] | None":
    """Return where a connection to `host` goes instead, None where it stays as it is."""
    from urllib.parse import urlsplit  # 0.5 MB of each worker that never gets here

    place = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    if place.scheme != "http" or not place.hostname or HOST.fullmatch(host.rstrip(".")) is None:
        return None
    return place.hostname, place.port or 80


def _lead(connections: ModuleType) -> None:
    # An `import ssl` that failed leaves http.client without it.
    kind = getattr(connections, "HTTPSConnection", None)
    if kind is not None and hasattr(kind, "connect"):
        kind.connect = _led(kind.connect)


def _led(connect: "Callable[[object], None]") -> "Callable[[object], None]":
    @functools.wraps(connect)
    def led(self: object) -> None:
        place = local_place(self.host)  # type: ignore[attr-defined]
        if place is None:
            connect(self)
            return
        import socket  # loaded by then, and 0.4 MB of a worker that has no client

        self.sock = socket.create_connection(place)  # type: ignore[attr-defined]
        # urllib3 warns of connections whose certificate nobody looked at.
        self.is_verified = True  # type: ignore[attr-defined]

    return led


def _lead_httpcore(connections: ModuleType) -> None:
    # Before 0.14 it was built otherwise.
    kind = getattr(connections, "HTTPConnection", None)
    if kind is None or not hasattr(kind, "_connect"):
        return
    connect = kind._connect

    @functools.wraps(connect)
    def led(self: object, request: object) -> object:
        with _another_origin(self):
            return connect(self, request)

    kind._connect = led


def _lead_asynchronous_httpcore(connections: ModuleType) -> None:
    kind = getattr(connections, "AsyncHTTPConnection", None)
    if kind is None or not hasattr(kind, "_connect"):
        return
    connect: Callable[[object, object], Awaitable[object]] = kind._connect

    @functools.wraps(connect)
    async def led(self: object, request: object) -> object:
        with _another_origin(self):
            return await connect(self, request)

    kind._connect = led


@contextmanager
def _another_origin(connection: object) -> "Iterator[None]":
    """The origin decides where a connection goes, and later which requests may take it."""
    own = connection._origin  # type: ignore[attr-defined]
    place = local_place(own.host.decode("ascii"))
    if place is None:
        yield
        return
    connection._origin = type(own)(b"http", place[0].encode(), place[1])  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection._origin = own  # type: ignore[attr-defined]


def _lead_aiohttp(connector: ModuleType) -> None:
    connect: Callable[..., Awaitable[object]] = connector.BaseConnector.connect

    @functools.wraps(connect)
    async def led(self: object, req: object, *arguments: object, **keywords: object) -> object:
        url = req.url  # type: ignore[attr-defined]
        place = local_place(url.raw_host or "")
        if place is not None:
            # Its headers are made already.
            local = url.with_scheme("http").with_host(place[0]).with_port(place[1])
            req.url = local  # type: ignore[attr-defined]
        return await connect(self, req, *arguments, **keywords)

    connector.BaseConnector.connect = led


# What opens the connections of clients: urllib and PyJWT are of the first, requests is of the
# second, httpx of those of httpcore.
_LEADS: "dict[str, Callable[[ModuleType], None]]" = {
    "http.client": _lead,
    "urllib3.connection": _lead,
    "httpcore._sync.connection": _lead_httpcore,
    "httpcore._async.connection": _lead_asynchronous_httpcore,
    "aiohttp.connector": _lead_aiohttp,
}
