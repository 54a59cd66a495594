"""What Lambda answers when the function did not: error objects by their documented names."""

import json
import signal
from dataclasses import dataclass

# Lambda's limits in bytes; the response's has a small allowance for the envelope.
REQUEST_LIMIT = 6 * 1024 * 1024
RESPONSE_LIMIT = 6 * 1024 * 1024 + 100
EVENT_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended. `error_type` is None for a response, `log` is one more log line."""

    payload: bytes
    error_type: str | None = None
    status: str = "success"
    log: str | None = None


def timed_out(request_id: str, seconds: float) -> Outcome:
    """Return Lambda's answer when the function's Timeout has passed."""
    return _failure(
        request_id, "Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", "timeout"
    )


def exited(request_id: str, returncode: int) -> Outcome:
    """Return Lambda's answer when the worker process ended; negative codes are signals."""
    return _failure(request_id, "Runtime.ExitError", _exit_reason(returncode))


def out_of_memory(request_id: str) -> Outcome:
    """Return Lambda's answer when the function needs more than its MemorySize."""
    return _failure(request_id, "Runtime.OutOfMemory", _exit_reason(-signal.SIGKILL))


def response_too_large(size: int) -> Outcome:
    """Return Lambda's answer when the response is over the limit."""
    error_type = "Function.ResponseSizeTooLarge"
    message = (
        f"Response payload size ({size} bytes) exceeded maximum allowed payload size "
        f"({RESPONSE_LIMIT} bytes)."
    )
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(payload, error_type, "error", message)


def _failure(request_id: str, error_type: str, reason: str, status: str = "error") -> Outcome:
    message = f"RequestId: {request_id} Error: {reason}"
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(payload, error_type, status, message)


def _exit_reason(returncode: int) -> str:
    if returncode == 0:
        return "Runtime exited without providing a reason"
    if returncode > 0:
        return f"Runtime exited with error: exit status {returncode}"
    name = (signal.strsignal(-returncode) or str(-returncode)).lower()
    return f"Runtime exited with error: signal: {name}"
