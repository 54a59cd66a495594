"""What an invocation gives back, and who is told about it."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Trigger(Enum):
    """What an invocation comes from, in words for the terminal."""

    INVOKE = "invoke"
    HTTP = "HTTP request"
    START = "start"
    S3 = "S3"
    SQS = "SQS"
    SNS = "SNS"
    EVENTBRIDGE = "EventBridge"
    SCHEDULE = "schedule"
    STREAM = "stream"
    PIPE = "pipe"
    STATE_MACHINE = "state machine"
    DESTINATION = "destination"


@dataclass(frozen=True)
class Call:
    """What a function is asked: its payload, and the ARN it is called by.

    `patience` is for how many seconds a free worker is waited for, None for as long as it takes.
    `trace` is X-Amzn-Trace-Id of what the event came from.
    """

    payload: bytes
    arn: str
    client_context: str | None = None
    trigger: Trigger = Trigger.INVOKE
    patience: float | None = None
    trace: str | None = None


@dataclass(frozen=True)
class Invocation:
    """One finished invocation. Times in milliseconds, memory in MiB.

    `function` is the logical id. `payload` is the response, or the error object when
    `function_error` is set ("Unhandled", as X-Amz-Function-Error). `log_tail` is the last 4 KiB
    of the invocation's log. `init_ms` is None on a warm worker. `status` is "success", "error"
    or "timeout", as REPORT says it.
    """

    function: str
    request_id: str
    payload: bytes
    function_error: str | None = None
    status: str = "success"
    log_tail: bytes = b""
    duration_ms: float = 0.0
    billed_ms: int = 0
    init_ms: float | None = None
    max_memory: int = 0
    trigger: Trigger = Trigger.INVOKE

    @property
    def cause(self) -> str:
        """Return the error in one line, where the function ended with one."""
        try:
            error = json.loads(self.payload)
            return f"{error.get('errorType', 'error')}: {error.get('errorMessage', '')}"
        except (json.JSONDecodeError, AttributeError):
            return self.status


class Listener(Protocol):
    """Told of every log line and every finished invocation, on the event loop; must not block."""

    def logged(self, function: str, line: str) -> None:
        """Note one line a function (or the platform: START, END, REPORT) logged."""

    def finished(self, invocation: Invocation) -> None:
        """Note one finished invocation, also each attempt of an asynchronous one."""


class NotDelivered(Exception):
    """A destination did not take a record; the message says why."""


class NotInvoked(Exception):
    """The function did not get the payload; the message says why."""


class UnknownFunction(NotInvoked):
    """No function of that name in the application."""


class PayloadTooLarge(NotInvoked):
    """The request's payload is over Lambda's limit; the message is AWS's."""


class Throttled(NotInvoked):
    """The function may not run: it reserves a concurrency of zero."""


class CalledItself(NotInvoked):
    """The event came of the function's own work too often."""


class WaitedTooLong(NotInvoked):
    """No worker of the function was free in time."""
