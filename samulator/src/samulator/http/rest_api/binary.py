"""Which bodies of a REST API are bytes, and which are text.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
"""

import base64
from collections.abc import Set

_ALL = "*/*"


def event_body(body: bytes, content_type: str | None, binary: Set[str]) -> tuple[str | None, bool]:
    """Return the event's body, and whether it is base64."""
    if not body:
        return None, False
    if _is_binary(content_type, binary):
        return base64.b64encode(body).decode(), True
    return body.decode("utf-8", errors="replace"), False


def takes_bytes(accept: str | None, binary: Set[str]) -> bool:
    """Whether the base64 of an answer becomes bytes: by the first type that a client accepts."""
    return _is_binary((accept or "").partition(",")[0], binary)


def _is_binary(media_type: str | None, binary: Set[str]) -> bool:
    name = (media_type or "").partition(";")[0].strip().lower()
    return _ALL in binary or (name != "" and name in binary)
