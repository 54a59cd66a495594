"""FilterCriteria of event source mappings: which records of a queue or a stream a function gets.

Rules: AWS Lambda Developer Guide, "Control which events Lambda sends to your function".
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from samulator.template.event_pattern import LAMBDA, InvalidPattern, Match, read_pattern


def read_queue_filter(text: str) -> Match:
    """The pattern of an SQS record, whose `body` is compared as JSON or as text.

    A body of the other kind than the pattern's does not match. Raises InvalidPattern.
    """
    return _with_content(text, "body", lambda record: str(record["body"]))


def read_kinesis_filter(text: str) -> Match:
    """The pattern of a Kinesis record, whose `data` is decoded first. Raises InvalidPattern."""
    match = _with_content(text, "data", lambda record: _decoded(record["data"]))
    return lambda record: match(record["kinesis"])


def read_dynamodb_filter(text: str) -> Match:
    """The pattern of a record of a DynamoDB stream. Raises InvalidPattern."""
    return read_pattern(_parsed(text), LAMBDA)


def _with_content(text: str, key: str, read: Callable[[Mapping[str, Any]], str]) -> Match:
    pattern = _parsed(text)
    match = read_pattern(pattern, LAMBDA)
    wants_object = isinstance(pattern.get(key), dict)

    def matches(record: Mapping[str, Any]) -> bool:
        if key not in pattern:
            return match(record)
        content = read(record)
        value = _json_object(content)
        if wants_object != (value is not None):
            return False
        return match({**record, key: value if wants_object else content})

    return matches


def _parsed(text: str) -> dict[str, Any]:
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPattern(f"{text!r} is not JSON") from error
    if not isinstance(pattern, dict):
        raise InvalidPattern(f"{text} is no object")
    return pattern


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
