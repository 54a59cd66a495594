"""Runs the function behind a route, for as long as its integration waits."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from samulator.functions.invocation import Invocation, PayloadTooLarge, Throttled, Trigger
from samulator.http.gateway.response import error_summary


class HttpInvoker(Protocol):
    """What doors need of the functions; `samulator.functions.host.Invoker` is one."""

    async def invoke(
        self, name: str, payload: bytes, *, trigger: Trigger, trace: str | None = None
    ) -> Invocation:
        """Run the function and wait for its result; raises PayloadTooLarge and Throttled."""


class NoResult(Exception):
    """The function gave no result; the message is for people."""


class TimedOut(NoResult):
    """The function did not answer in the time that its integration waits."""


class RequestTooLarge(NoResult):
    """The event is larger than what a function takes."""


class NotRun(NoResult):
    """The function may not run now."""


class FunctionFailed(Exception):
    """The function ended with an error; `payload` is its error object as JSON."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(error_summary(payload))
        self.payload = payload


def trace_of(event: Mapping[str, Any]) -> str | None:
    """X-Amzn-Trace-Id of a request as its event has it, under whatever spelling."""
    headers: Mapping[str, str] = event.get("headers") or {}
    found = (value for name, value in headers.items() if name.lower() == "x-amzn-trace-id")
    return next(found, None)


async def run(
    functions: HttpInvoker,
    reference: str,
    payload: bytes,
    seconds: float,
    trace: str | None = None,
) -> bytes:
    """Return the result of the function; `trace` is the request's X-Amzn-Trace-Id.

    Raises NoResult and FunctionFailed.
    """
    # Shielded: as on AWS, the function goes on after the gateway has given up.
    running = asyncio.ensure_future(
        functions.invoke(reference, payload, trigger=Trigger.HTTP, trace=trace)
    )
    try:
        async with asyncio.timeout(seconds):
            invocation = await asyncio.shield(running)
    except TimeoutError as error:
        raise TimedOut(f"no answer within {seconds:g} s") from error
    except PayloadTooLarge as error:
        raise RequestTooLarge(str(error)) from error
    except Throttled as error:
        raise NotRun(str(error)) from error
    if invocation.function_error is not None:
        raise FunctionFailed(invocation.payload)
    return invocation.payload
