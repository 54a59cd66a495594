"""Text as a template may hold it."""

import json
from collections.abc import Mapping

from samulator.template.model import Value


def text_of(value: Value) -> str:
    """What a template holds at a place of text: documents are JSON there."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | Mapping | list):
        return json.dumps(value)
    return str(value)
