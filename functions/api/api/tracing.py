"""Spans for X-Ray: what a request waited for, without a value of its caller's.

With the variable TRACING at "on" each span goes to the daemon that Lambda keeps, in a datagram of
its own when it ends; any other value, and none, costs a comparison. Segments are JSON:
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
The functions share no code: this file is the same in each of them.
"""

import json
import os
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import Any

Fields = dict[str, Any]

_HEADER = b'{"format": "json", "version": 1}\n'
# The span that the next one is inside of; None directly in the function's own segment.
_inside: ContextVar[str | None] = ContextVar("_inside", default=None)


def is_on() -> bool:
    """Whether spans are sent, if the request is sampled."""
    return os.environ.get("TRACING") == "on"


def span(name: str, operation: str = "", **fields: object) -> AbstractContextManager[Fields]:
    """What is done inside takes the time from here to the end, also by an error.

    `operation` and `fields` (by X-Ray's names) hold nothing that a caller sent; more fields may be
    put into what is yielded.
    """
    if operation:
        fields["annotations"] = {"operation": operation}
    return _span(name, fields) if is_on() else nullcontext(fields)


def current() -> dict[str, str]:
    """Root, Parent and Sampled of what is done now, as X-Amzn-Trace-Id has them; may be empty."""
    known = parts(os.environ.get("_X_AMZN_TRACE_ID"))
    inside = _inside.get()
    return {**known, "Parent": inside} if inside else known


def parts(trace: str | None) -> dict[str, str]:
    """The parts of an X-Amzn-Trace-Id by their names."""
    pairs = (part.partition("=") for part in (trace or "").split(";"))
    return {name: value for name, _, value in pairs if value}


def send(trace: Mapping[str, str], segment: Mapping[str, object]) -> None:
    """Send a segment that has ended, as a part of `trace`, unless that is not sampled."""
    if not is_on() or trace.get("Sampled") != "1":
        return
    document = {"trace_id": trace.get("Root"), "parent_id": trace.get("Parent"), **segment}
    host, _, port = os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "").rpartition(":")
    # A request is worth more than what would be known of it.
    with suppress(OSError, ValueError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(_HEADER + json.dumps(document).encode(), (host, int(port)))


def segment_since(started: float, name: str) -> Fields:
    """A segment that began at `started` (seconds since the epoch) and ends now."""
    return {
        "name": name,
        "id": secrets.token_hex(8),
        "start_time": started,
        "end_time": time.time(),
    }


def trace_calls(client: Any) -> None:  # noqa: ANN401 - a client of any service
    """Every later call of a client of boto3 is a span, named by service and operation."""
    if not is_on():
        return
    call, service = client._make_api_call, client.meta.service_model.service_id

    def traced(operation: str, parameters: object) -> Any:  # noqa: ANN401 - botocore's answer
        with span(service, namespace="aws", aws={"operation": operation}):
            return call(operation, parameters)

    # As X-Ray's own SDK does it: the one place through which all calls go.
    client._make_api_call = traced


@contextmanager
def _span(name: str, fields: Fields) -> Iterator[Fields]:
    outside, started = current(), time.time()
    id = secrets.token_hex(8)
    inside = _inside.set(id)
    try:
        yield fields
    except BaseException as error:
        fields |= _failure(error)
        raise
    finally:
        _inside.reset(inside)
        ended = {**segment_since(started, name), "id": id, "type": "subsegment", **fields}
        send(outside, ended)


def _failure(error: BaseException) -> Fields:
    """Its kind and no message, which may quote a caller; "error" is one that was answered so."""
    response = getattr(error, "response", None)
    answered = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    status = answered.get("HTTPStatusCode", getattr(error, "status", 500))
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return {
        "error" if status < 500 else "fault": True,
        "cause": {"exceptions": [{"id": secrets.token_hex(8), "type": kind}]},
    }
