"""What a function says of a batch: which messages failed.

Rules: AWS Lambda Developer Guide, "Implementing partial batch responses".
"""

import json
from typing import Any


def failed_items(payload: bytes, known: set[str]) -> set[str] | None:
    """The message ids a partial batch response names; None where Lambda fails the whole batch.

    Nothing, an empty object, and an empty, null or absent list mean that all succeeded. An answer
    of another shape means that none did, as does an item without a known id.
    """
    try:
        response = json.loads(payload or b"null")
    except (ValueError, RecursionError):
        return None
    if response in (None, "", {}):
        return set()
    items = response.get("batchItemFailures", []) if isinstance(response, dict) else False
    if items is None:
        return set()
    if not isinstance(items, list):
        return None
    failed = {_identifier(item) for item in items}
    return {item for item in failed if item is not None} if failed <= known else None


def _identifier(item: Any) -> str | None:  # noqa: ANN401 - whatever the function returned
    identifier = item.get("itemIdentifier") if isinstance(item, dict) else None
    return identifier if isinstance(identifier, str) else None
