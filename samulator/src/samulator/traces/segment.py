"""Segments of X-Ray: one piece of work in a trace, as its documents tell of it.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_ID = re.compile(r"[0-9a-f]{16}")
_BEFORE_PATH = re.compile(r"^[a-z]+://[^/?]*")
_FAILURES = ("fault", "error", "throttle")


class InvalidSegment(Exception):
    """The document is none that X-Ray would take; the message says why."""


@dataclass(frozen=True)
class Segment:
    """One segment or subsegment. Times in seconds since the epoch, `end` None while it lasts.

    `detail` is what it did, in a few words; `failure` is "fault", "error" or "throttle", if any.
    """

    trace_id: str
    id: str
    name: str
    start: float
    end: float | None
    parent_id: str | None = None
    detail: str = ""
    failure: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)


def segments(document: object) -> Iterator[Segment]:
    """The segment of a document, then those inside it. Raises InvalidSegment."""
    yield from _segments(_map(document, "a segment"), trace_id=None, parent_id=None)


def _segments(
    document: Mapping[str, Any], *, trace_id: str | None, parent_id: str | None
) -> Iterator[Segment]:
    segment = _segment(document, trace_id, parent_id)
    yield segment
    inner = document.get("subsegments") or []
    if not isinstance(inner, list):
        raise InvalidSegment(f"{segment.name}: subsegments is no list")
    for each in inner:
        subsegment = _map(each, f"a subsegment of {segment.name}")
        yield from _segments(subsegment, trace_id=segment.trace_id, parent_id=segment.id)


def _segment(document: Mapping[str, Any], trace_id: str | None, parent_id: str | None) -> Segment:
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidSegment("a segment without a name")
    start, end = document.get("start_time"), document.get("end_time")
    if not _is_time(start) or not (end is None or _is_time(end)):
        raise InvalidSegment(f"{name}: start_time and end_time are seconds since the epoch")
    if end is None and document.get("in_progress") is not True:
        raise InvalidSegment(f"{name}: neither end_time nor in_progress")
    annotations = document.get("annotations")
    return Segment(
        trace_id=_matching(_TRACE_ID, trace_id or document.get("trace_id"), f"{name}: trace_id"),
        id=_matching(_ID, document.get("id"), f"{name}: id"),
        name=name,
        start=float(start or 0),
        end=None if end is None else float(end),
        parent_id=parent_id or _text(document.get("parent_id")),
        detail=_detail(document),
        failure=next((kind for kind in _FAILURES if document.get(kind) is True), None),
        annotations={str(key): str(value) for key, value in annotations.items()}
        if isinstance(annotations, dict)
        else {},
    )


def _detail(document: Mapping[str, Any]) -> str:
    """What it did: the operation of AWS, the request, the statement, or what it is annotated as."""
    aws, http, sql = (document.get(key) or {} for key in ("aws", "http", "sql"))
    if isinstance(aws, dict) and isinstance(operation := aws.get("operation"), str):
        return operation
    if isinstance(http, dict):
        request, response = (http.get(key) or {} for key in ("request", "response"))
        asked = _asked(request) if isinstance(request, dict) else ""
        status = response.get("status", "") if isinstance(response, dict) else ""
        if asked or status:
            return f"{asked} {status}".strip()
    if isinstance(sql, dict) and isinstance(query := sql.get("sanitized_query"), str):
        return " ".join(query.split())
    annotations = document.get("annotations")
    if not isinstance(annotations, dict):
        return ""
    told = (annotations.get(name) for name in ("operation", "status"))
    return " ".join(text for text in told if isinstance(text, str))


def _asked(request: Mapping[str, Any]) -> str:
    """Method and path; the host is the segment's name, and a query may be long."""
    method, url = (_text(request.get(key)) or "" for key in ("method", "url"))
    return f"{method} {_BEFORE_PATH.sub('', url).partition('?')[0]}".strip()


def _map(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidSegment(f"{what} is no JSON object")
    return value


def _matching(pattern: re.Pattern[str], value: object, what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidSegment(f"{what} is not of X-Ray's form")
    return value


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
