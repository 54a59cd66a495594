"""The record that a destination gets of an asynchronous invoke.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samulator.functions.invocation import Invocation
from samulator.template.model import Function, InvokeConfig


@dataclass(frozen=True)
class Event:
    """One asynchronous invoke. `arn` has the qualifier, `version` is what it stands for."""

    logical_id: str
    function: Function
    arn: str
    version: str
    request_id: str
    payload: bytes

    @property
    def config(self) -> InvokeConfig:
        """How it is tried: that of the version or alias that was invoked."""
        return self.function.invoke_config(self.arn.rsplit(":", 1)[1])


@dataclass(frozen=True)
class Ending:
    """How an event ended, after how many attempts, and what the last of them gave.

    `condition` is "Success", "RetriesExhausted", "EventAgeExceeded", "ZeroReservedConcurrency" or
    "RecursiveInvocation".
    """

    condition: str
    attempts: int
    last: Invocation | None

    @property
    def is_success(self) -> bool:
        return self.condition == "Success"

    @property
    def error(self) -> str:
        """The message of the last attempt's error, or the condition where there was none."""
        answer = _value(self.last.payload) if self.last is not None else None
        message = answer.get("errorMessage") if isinstance(answer, dict) else None
        return str(message or self.condition)


def record_of(event: Event, ending: Ending) -> dict[str, Any]:
    """Return what AWS sends to a destination; without a response if there was no attempt."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record = {
        "version": "1.0",
        "timestamp": now,
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.arn,
            "condition": ending.condition,
            "approximateInvokeCount": ending.attempts,
        },
        "requestPayload": _value(event.payload),
    }
    if ending.last is None:
        return record
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": event.version}
    if ending.last.function_error is not None:
        response["functionError"] = ending.last.function_error
    return record | {"responseContext": response, "responsePayload": _value(ending.last.payload)}


def _value(payload: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
