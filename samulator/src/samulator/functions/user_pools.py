"""Leads requests for the address of user pools to this machine, where their keys are.

Part of a worker's first code, so the standard library alone. Handlers that check tokens fetch
https://cognito-idp.{region}.amazonaws.com/{pool}/.well-known/jwks.json, the issuer that is in each
token, by urllib or requests: no setting comes before a host that code names. What opens their
connections does; it speaks HTTP to the local services then, and the Host stays as it was.
"""

import functools
import os
import re
import socket
from collections.abc import Callable
from types import ModuleType
from urllib.parse import urlsplit

HOST = re.compile(r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", re.IGNORECASE)
# Clients that know no others: urllib and PyJWT are of the first, requests is of the second.
_CONNECTIONS = ("http.client", "urllib3.connection")


def lead_user_pools() -> None:
    """See to it that HTTP clients of this process find the keys of user pools here."""
    # Found beside this file, in a worker alone.
    from after_import import after_import  # type: ignore[import-not-found]

    for module in _CONNECTIONS:
        after_import(module, _lead)


def local_place(host: str) -> "tuple[str, int] | None":
    """Return where a connection to `host` goes instead, None where it stays as it is."""
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
        self.sock = socket.create_connection(place)  # type: ignore[attr-defined]
        # urllib3 warns of connections whose certificate nobody looked at.
        self.is_verified = True  # type: ignore[attr-defined]

    return led
