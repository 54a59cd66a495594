"""Leads clients of boto3 that name an API's own host on AWS to this machine.

Part of a worker's first code, so the standard library alone. Handlers post to the clients of a
WebSocket API at https://{domainName}/{stage}, out of the event or put together in the template:
neither AWS_ENDPOINT_URL nor any other setting of boto3 comes before an endpoint that code names.
What sends a request does, whatever release of botocore it is.
"""

import functools
import os
import re
from types import ModuleType

# Where calls of @connections are taken on this machine, then the ids of the APIs, in lower case.
VARIABLE = "SAMULATOR_EXECUTE_API"
# The path that they have there, before the id of the API and the path that they were sent to.
PREFIX = "/execute-api"
_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)")


def lead_execute_api() -> None:
    """See to it that a botocore of this process leads such requests here, where any are taken."""
    # Found beside this file, in a worker alone.
    from after_import import after_import  # type: ignore[import-not-found]

    if os.environ.get(VARIABLE):
        after_import("botocore.httpsession", _lead)


def local_url(url: str) -> "str | None":
    """Return where a request for `url` goes instead, None where it stays as it is."""
    from urllib.parse import urlsplit  # 0.5 MB of each worker that never gets here

    address, *apis = os.environ.get(VARIABLE, "").split(" ")
    parts = urlsplit(url)
    found = _HOST.fullmatch((parts.hostname or "").rstrip("."))
    if found is None or found.group(1) not in apis:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return f"{address}{PREFIX}/{found.group(1)}{parts.path}{query}"


def _lead(sessions: ModuleType) -> None:
    send = sessions.URLLib3Session.send

    @functools.wraps(send)
    def led(self: object, request: object) -> object:
        url = local_url(request.url)  # type: ignore[attr-defined]
        if url is not None:
            request.url = url  # type: ignore[attr-defined]
        return send(self, request)

    sessions.URLLib3Session.send = led
