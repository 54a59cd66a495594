"""Event invokes: how often and how long they are tried, and what becomes of them.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from samulator.clock import MACHINE_CLOCK, Clock
from samulator.functions.invocation import (
    CalledItself,
    Invocation,
    NotDelivered,
    NotInvoked,
    Throttled,
    WaitedTooLong,
)
from samulator.functions.lineage import MOST_TIMES
from samulator.functions.record import Ending, Event, record_of
from samulator.template.model import Destination

# Runs a request id and a payload, after a wait of at most so many seconds for a worker.
Run = Callable[[str, bytes, float], Awaitable[Invocation]]
# Seconds that Lambda waits before each retry: an event ages by them here too.
_LAMBDA_DELAYS = (60.0, 120.0)
_RECURSION = (
    f"it came of what the function itself wrote, {MOST_TIMES} times over; "
    "RecursiveLoop: Allow lets it go on"
)
_PAUSES_OF_DELIVERY = (1.0, 2.0, 4.0)


class DestinationSender(Protocol):
    """Sends what became of events; each call raises NotDelivered and NotInvoked."""

    async def send(self, destination: Destination, record: dict[str, Any]) -> None:
        """Send a record as AWS writes it."""

    async def bury(
        self, destination: Destination, payload: bytes, request_id: str, error: str
    ) -> None:
        """Send an event that no attempt could handle, and the message of its error."""


@dataclass(frozen=True)
class EventServices:
    """Who sends records, who is told a line about a function (logical id), and the clock.

    `forget` is told of the request id of each event that ended, where the next start runs the
    others again.
    """

    destinations: DestinationSender
    say: Callable[[str, str], None]
    clock: Clock = MACHINE_CLOCK
    forget: Callable[[str], None] | None = None


class EventQueue:
    """Runs events in the background, each until it succeeds, is too old, or has been tried enough.

    `retry_delays` are the seconds before the first and the second retry.
    """

    def __init__(self, retry_delays: Sequence[float], surroundings: EventServices) -> None:
        self._retry_delays = retry_delays
        self._surroundings = surroundings
        self._tasks: dict[asyncio.Task[None], Event] = {}

    def put(self, event: Event, run: Run) -> None:
        """Queue `event` for `run`."""
        task = asyncio.create_task(self._run(event, run))
        self._tasks[task] = event
        task.add_done_callback(self._finished)

    async def drain(self) -> None:
        """Wait until nothing is queued, running or waiting for a retry."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop what is not finished, and say of each what becomes of it."""
        given_up = dict(self._tasks)
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)
        what = (
            "is given up" if self._surroundings.forget is None else "runs again at the next start"
        )
        for event in given_up.values():
            self._say(event, f"{what}: the stack stopped before it was done")

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            context = {"message": "An event could not be run", "exception": error}
            task.get_loop().call_exception_handler(context)

    async def _run(self, event: Event, run: Run) -> None:
        ending = await self._ending(event, run)
        if ending.condition == "RecursiveInvocation":
            self._say(event, f"is dropped: {_RECURSION}")
        elif ending.condition not in ("Success", "RetriesExhausted"):
            self._say(event, f"is dropped after {ending.attempts} attempts: {ending.condition}")
        sender, config = self._surroundings.destinations, event.config
        destination = config.on_success if ending.is_success else config.on_failure
        if destination is not None:
            record = record_of(event, ending)
            await self._send(event, destination, lambda: sender.send(destination, record))
        dead_letter = event.function.dead_letter
        if dead_letter is not None and not ending.is_success:
            letter = (event.payload, event.request_id, ending.error)
            await self._send(event, dead_letter, lambda: sender.bury(dead_letter, *letter))
        if self._surroundings.forget is not None:
            self._surroundings.forget(event.request_id)

    async def _ending(self, event: Event, run: Run) -> Ending:
        clock = self._surroundings.clock
        # When it would have come, if every wait had been as long as on Lambda.
        came = clock.monotonic()
        last: Invocation | None = None
        attempts = 0
        while True:
            patience = came + event.config.maximum_event_age - clock.monotonic()
            try:
                last = await run(event.request_id, event.payload, patience)
            except WaitedTooLong:
                return Ending("EventAgeExceeded", attempts, last)
            except CalledItself:
                return Ending("RecursiveInvocation", attempts, last)
            except Throttled:
                return Ending("ZeroReservedConcurrency", attempts, last)
            attempts += 1
            if last.function_error is None:
                return Ending("Success", attempts, last)
            if attempts > event.config.maximum_retry_attempts:
                return Ending("RetriesExhausted", attempts, last)
            retry = min(attempts, len(_LAMBDA_DELAYS)) - 1
            on_lambda, here = _LAMBDA_DELAYS[retry], self._retry_delays[retry]
            if clock.monotonic() + on_lambda - came >= event.config.maximum_event_age:
                return Ending("EventAgeExceeded", attempts, last)
            came -= on_lambda - here
            await clock.sleep(here)

    async def _send(
        self, event: Event, destination: Destination, send: Callable[[], Awaitable[None]]
    ) -> None:
        for pause in (*_PAUSES_OF_DELIVERY, None):
            try:
                return await send()
            except (NotDelivered, NotInvoked) as error:
                if pause is None:
                    self._say(event, f"left no record at {destination.name}: {error}")
                    return None
                await self._surroundings.clock.sleep(pause)
        return None

    def _say(self, event: Event, what: str) -> None:
        self._surroundings.say(event.logical_id, f"Event {event.request_id} {what}")
