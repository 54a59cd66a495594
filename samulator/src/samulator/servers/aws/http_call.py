"""Asks over HTTP what a topic or a state machine names: that server alone, and no other.

An answer that leads elsewhere is not followed: nobody permitted that place, and the keys of this
one would go along.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from requests import Response

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def call(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, seconds: float
) -> "Response":
    """Return the answer, which may be a redirect. Raises requests.RequestException."""
    # Its import takes longer than all else of a start.
    import requests

    with requests.Session() as session:
        # A proxy of the user's does not know this machine's servers.
        session.trust_env = urlsplit(url).hostname not in LOOPBACK
        return session.request(
            method, url, data=body, headers=dict(headers), timeout=seconds, allow_redirects=False
        )
