"""The part of awslambdaric that is compiled for Linux only, in plain Python, for other systems.

Same functions as its extension module `runtime_client`; awslambdaric imports it by that name.
Runs in the worker, with the standard library alone.
"""

import http.client
import os
import time

_PREFIX = "/2018-06-01/runtime/invocation/"
_ACCEPTED = 202
# The stack hangs up after 60 seconds of silence, which is what a handler at work is.
_IDLE_SECONDS = 30.0
_connection: http.client.HTTPConnection | None = None
_answered_at = 0.0
_user_agent = ""


def initialize_client(user_agent: str) -> None:
    """Note how the client introduces itself; the connection is made with the first request."""
    global _user_agent
    _user_agent = user_agent


def next() -> tuple[bytes, dict[str, object]]:
    """Wait for an invocation; returns its payload and headers, the deadline as an integer."""
    status, headers, body = _request("GET", _PREFIX + "next", None, {})
    if status != http.client.OK:
        raise RuntimeError(f"Failed to get next invocation: {status}")
    deadline = headers.get("Lambda-Runtime-Deadline-Ms")
    return body, {**headers, "Lambda-Runtime-Deadline-Ms": int(deadline or 0)}


def post_invocation_result(
    invoke_id: str, result: bytes, content_type: str, _invocation_id: str | None = None
) -> None:
    """Post what the handler returned."""
    path = f"{_PREFIX}{invoke_id}/response"
    status, _, _ = _request("POST", path, result, {"Content-Type": content_type})
    if status != _ACCEPTED:
        raise RuntimeError(f"Failed to post invocation response: {status}")


def post_error(
    invoke_id: str, error: str, xray_cause: str, _invocation_id: str | None = None
) -> None:
    """Post the error object of a handler that raised."""
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Function-Error-Type": "Unhandled",
        "Lambda-Runtime-Function-XRay-Error-Cause": xray_cause,
    }
    status, _, _ = _request("POST", f"{_PREFIX}{invoke_id}/error", error.encode(), headers)
    if status != _ACCEPTED:
        raise RuntimeError(f"Failed to post invocation error: {status}")


def _request(
    method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    global _connection, _answered_at
    if _connection is None:
        _connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    if time.monotonic() - _answered_at >= _IDLE_SECONDS:
        # The next request connects anew.
        _connection.close()
    encoded = {name: value.encode("utf-8") for name, value in headers.items()}
    _connection.request(method, path, body, {"User-Agent": _user_agent, **encoded})
    response = _connection.getresponse()
    content = response.read()
    _answered_at = time.monotonic()
    return response.status, dict(response.getheaders()), content
