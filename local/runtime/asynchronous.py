"""Event invokes: retries, and the record that a failure destination gets.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from local.runtime.invocation import Invocation, OnFailure
from local.template.model import Function

Run = Callable[[str, bytes], Awaitable[Invocation]]


class EventQueue:
    """Runs events in the background, each until it succeeds or its retries are used up."""

    def __init__(self, retry_delays: Sequence[float], on_failure: OnFailure | None) -> None:
        self._retry_delays = retry_delays
        self._on_failure = on_failure
        self._tasks: dict[asyncio.Task[None], tuple[str, str]] = {}

    def put(self, function: Function, arn: str, event: tuple[str, bytes], run: Run) -> None:
        """Queue `event`, a request id and a payload, for `run`."""
        task = asyncio.create_task(self._deliver(function, arn, event, run))
        self._tasks[task] = (function.name, event[0])
        task.add_done_callback(self._finished)

    async def drain(self) -> None:
        """Wait until nothing is queued, running or waiting for a retry."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> list[tuple[str, str]]:
        """Give up what is not finished; returns function and request id of each."""
        given_up = dict(self._tasks)
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)
        return list(given_up.values())

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            context = {"message": "A failure record could not be delivered", "exception": error}
            task.get_loop().call_exception_handler(context)

    async def _deliver(
        self, function: Function, arn: str, event: tuple[str, bytes], run: Run
    ) -> None:
        request_id, payload = event
        attempts = 1 + function.maximum_retry_attempts
        for attempt in range(1, attempts + 1):
            invocation = await run(request_id, payload)
            if invocation.function_error is None:
                return
            if attempt < attempts:
                await asyncio.sleep(self._retry_delays[attempt - 1])
        if self._on_failure is not None and function.on_failure_queue is not None:
            record = failure_record(arn, invocation, payload, attempts)
            await self._on_failure(function.on_failure_queue, record)


def failure_record(
    arn: str, invocation: Invocation, payload: bytes, attempts: int
) -> dict[str, Any]:
    """Return what AWS sends to the OnFailure destination after the last attempt."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "version": "1.0",
        "timestamp": now,
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": f"{arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(payload),
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": invocation.function_error,
        },
        "responsePayload": json.loads(invocation.payload),
    }
