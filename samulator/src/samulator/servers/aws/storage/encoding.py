"""What moto holds, as JSON: bytes have a form of their own there."""

import base64
from typing import Any

_BYTES = "bytes in base64"


def encoded(value: object) -> dict[str, Any]:
    """For `default` of json.dumps; raises TypeError for what is neither bytes nor typed value."""
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    # A value of DynamoDB, which knows its type.
    kind, held = getattr(value, "type", None), getattr(value, "value", None)
    if isinstance(kind, str):
        return {kind: [*held] if isinstance(held, set) else held}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def decoded(value: dict[str, Any]) -> Any:  # noqa: ANN401 - as it was
    """For `object_hook` of json.loads."""
    return base64.b64decode(value[_BYTES]) if value.keys() == {_BYTES} else value
