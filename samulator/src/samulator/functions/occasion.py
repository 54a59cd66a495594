"""What an event and its answer tell of an invocation, in the fields of X-Ray's segments."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

_MOST_NAMED = 3
_PARTS_OF_ARN = 6


def fields_of(event: bytes, answer: bytes) -> dict[str, Any]:
    """`http` for a request to a gateway; for others the annotation `operation`; or nothing.

    `operation` names objects of S3 as bucket/key, also those that came through SQS or SNS; else
    where records are from (the last part of an ARN, of a stream of DynamoDB its table), or the
    `detail-type` of EventBridge.
    """
    told = _object(event)
    request = _request(told)
    if request is not None:
        status = _object(answer).get("statusCode")
        response = {"response": {"status": status}} if isinstance(status, int) else {}
        return {"http": {"request": request, **response}}
    names = [*dict.fromkeys(_names(told))]
    if len(names) > _MOST_NAMED:
        names = [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more"]
    return {"annotations": {"operation": ", ".join(names)}} if names else {}


def _request(event: dict[str, Any]) -> dict[str, str] | None:
    """Method and path, as payloads of version 2.0 or 1.0 have them."""
    http = _inside(event, "requestContext", "http")
    method, path = http.get("method"), http.get("path")
    if not isinstance(method, str):
        method, path = event.get("httpMethod"), event.get("path")
    if not isinstance(method, str) or not isinstance(path, str):
        return None
    return {"method": method, "url": path}


def _names(event: dict[str, Any]) -> Iterator[str]:
    records = event.get("Records")
    for record in records if isinstance(records, list) else []:
        if isinstance(record, dict):
            yield from _names_of_record(record)
    detail_type = event.get("detail-type")
    if isinstance(detail_type, str):
        yield from _object_named(_inside(event, "detail")) or [detail_type]


def _names_of_record(record: dict[str, Any]) -> Iterator[str]:
    named = _object_named(_inside(record, "s3"), unquote_plus)
    if named:
        yield from named
        return
    sns = _inside(record, "Sns")
    message, source = record.get("body"), record.get("eventSourceARN")
    if sns:
        message, source = sns.get("Message"), sns.get("TopicArn")
    carried = [*_names(_object(message.encode()))] if isinstance(message, str) else []
    if carried:
        yield from carried
    elif isinstance(source, str):
        # A stream of DynamoDB ends in a time of day, in which colons stand too.
        yield source.split(":", _PARTS_OF_ARN - 1)[-1].partition("/stream/")[0]


def _object_named(told: dict[str, Any], unquoted: Callable[[str], str] = str) -> list[str]:
    bucket, key = _inside(told, "bucket").get("name"), _inside(told, "object").get("key")
    if not isinstance(bucket, str) or not isinstance(key, str):
        return []
    return [f"{bucket}/{unquoted(key)}"]


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _inside(value: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        inner = value.get(name)
        value = inner if isinstance(inner, dict) else {}
    return value
