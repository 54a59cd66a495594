"""Where a page ended: opaque to callers, and bound to what it was a page of."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from datasets.errors import DatasetChanged, InvalidInput

_CHANGED = "The cursor belongs to an earlier version of the dataset: begin anew without it."


def fingerprint(*parts: object) -> str:
    """Of the filter and the order: a cursor goes on with the same ones only."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def encode(version: str, query: str, place: Sequence[Any]) -> str:
    document = json.dumps([version, query, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode(cursor: str, version: str, query: str) -> list[Any]:
    """The place. Raises DatasetChanged for another version, InvalidInput for anything else."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        document = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        made_for, made_of = document[:2]
        place: list[Any] = document[2:]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise InvalidInput("is not a cursor of this call", parameter="cursor") from None
    if not isinstance(made_for, str) or not place:
        raise InvalidInput("is not a cursor of this call", parameter="cursor")
    if made_of != query:
        raise InvalidInput(
            "belongs to another filter or order: begin anew without it", parameter="cursor"
        )
    if made_for != version:
        raise DatasetChanged(_CHANGED)
    return place
