"""Has clients of HTTPS that answer for custom resources speak HTTP to this machine.

Part of a worker's first code, so the standard library alone. On AWS a ResponseURL is one of S3 by
HTTPS. What opens the URL follows its scheme, but many handlers (crhelper, too) take its host alone
and connect to that by HTTPS on its usual port.
"""

import functools
import os
from types import ModuleType

# Host and port of this machine that take the answers.
VARIABLE = "SAMULATOR_CUSTOM_ANSWERS"
_HTTPS = 443


def lead_custom_answers() -> None:
    """See to it that such connections of this process lead to where answers are taken."""
    # Found beside this file, in a worker alone.
    from after_import import after_import  # type: ignore[import-not-found]

    if os.environ.get(VARIABLE):
        after_import("http.client", _lead)


def _lead(client: ModuleType) -> None:
    connect = client.HTTPSConnection.connect
    host, _, port = os.environ[VARIABLE].rpartition(":")

    @functools.wraps(connect)
    def led(self: object) -> object:
        if self.host != host or self.port not in (_HTTPS, int(port)):  # type: ignore[attr-defined]
            return connect(self)
        self.port = int(port)  # type: ignore[attr-defined]
        return client.HTTPConnection.connect(self)

    client.HTTPSConnection.connect = led
