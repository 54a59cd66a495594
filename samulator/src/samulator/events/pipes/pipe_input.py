"""What a pipe makes of its records: events of its own form, and inputs by its templates.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from samulator.template.model import Value

_PLACE = re.compile(r"<\$((?:\.[\w-]+|\[\d+\])*)>|<aws\.pipes\.event\.json>")
_PART = re.compile(r"\.([\w-]+)|\[(\d+)\]")
# Fields whose text is read as JSON where a path leads into it.
_TEXTS = ("body", "data")


def pipe_event(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record as pipes have it: what Lambda nests below "kinesis" is at the top."""
    rest = {name: value for name, value in record.items() if name != "kinesis"}
    return {**(record.get("kinesis") or {}), **rest}


def transformed(template: str | None, event: Mapping[str, Any]) -> Value:
    """Return what the template writes of an event: JSON, or text where it writes none."""
    if template is None:
        return event
    written = _PLACE.sub(lambda found: _written(found, template, event), template)
    try:
        return json.loads(written)
    except ValueError:
        return written


def _written(found: re.Match[str], template: str, event: Mapping[str, Any]) -> str:
    """Inside quotes a text stands as it is, elsewhere everything is JSON."""
    value = event if found[1] is None else _at(event, found[1])
    quotes = len(re.findall(r'(?<!\\)"', template[: found.start()]))
    if quotes % 2 == 0:
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]


def _at(event: Mapping[str, Any], path: str) -> Value:
    value: Value = event
    for depth, part in enumerate(_PART.finditer(path)):
        name, index = part[1], part[2]
        if index is not None:
            within = isinstance(value, list) and int(index) < len(value)
            value = value[int(index)] if within else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
        if depth == 0 and name in _TEXTS and part.end() < len(path):
            value = _parsed(name, value)
    return value


def _parsed(name: str, value: Value) -> Value:
    try:
        text = base64.b64decode(value) if name == "data" else value
        return json.loads(text)
    except (TypeError, ValueError):
        return value
