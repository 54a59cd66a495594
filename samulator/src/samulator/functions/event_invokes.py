"""Event invokes: answered at once, run in the background, their records sent to destinations."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from samulator.functions.asynchronous import DestinationSender, EventQueue, EventServices
from samulator.functions.failure import EVENT_LIMIT
from samulator.functions.fleet import Options
from samulator.functions.invocation import (
    Call,
    CalledItself,
    Invocation,
    Trigger,
    UnknownFunction,
)
from samulator.functions.kept_events import KeptEvent, KeptEvents
from samulator.functions.lineage import MOST_TIMES, times_through
from samulator.functions.lookup import Lookup, Target
from samulator.functions.record import Event
from samulator.functions.synchronous import SynchronousInvokes, require_size
from samulator.template.model import Destination, Function
from samulator.template.reference import FunctionReference


class EventInvokes:
    """Queues events; each attempt is one of `attempts`.

    `services` send to destinations that are no functions.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        lookup: Lookup,
        attempts: SynchronousInvokes,
        services: EventServices,
        *,
        options: Options,
    ) -> None:
        file = options.events_file
        self._kept = KeptEvents(file) if file is not None else None
        self._say = services.say
        self._functions = functions
        self._lookup = lookup
        self._attempts = attempts
        sender = _FunctionsToo(services.destinations, self._invoke_with)
        forget = self._kept.remove if self._kept is not None else None
        surroundings = replace(services, destinations=sender, forget=forget)
        self._queue = EventQueue(options.retry_delays, surroundings)

    def invoke(
        self,
        name: str | FunctionReference,
        payload: bytes,
        trigger: Trigger,
        trace: str | None = None,
    ) -> str:
        """Return the request id; raises UnknownFunction, PayloadTooLarge and NotKept."""
        target = self._lookup.find(name)
        require_size(payload, "Event", EVENT_LIMIT)
        event = KeptEvent(str(uuid.uuid4()), target.qualified_arn, trigger, payload)
        if self._kept is not None:
            self._kept.add(event)
        self._put(event, target, trace)
        return event.request_id

    def resume(self) -> None:
        """Run what a stack before this one accepted and did not finish."""
        if self._kept is None:
            return
        for event in self._kept.left():
            try:
                target = self._lookup.find(event.arn)
            except UnknownFunction as error:
                name = event.arn.split(":")[6]
                self._say(name, f"Event {event.request_id} is dropped: {error}")
                self._kept.remove(event.request_id)
                continue
            self._say(target.logical_id, f"Event {event.request_id} was not done; it runs again")
            self._put(event, target)

    def _put(self, event: KeptEvent, target: Target, trace: str | None = None) -> None:
        function = self._functions[target.logical_id]
        times = times_through(trace, target.logical_id)

        async def run(request_id: str, payload: bytes, patience: float) -> Invocation:
            if times >= MOST_TIMES and not function.may_call_itself:
                raise CalledItself(f"{target.logical_id} has called itself {times} times")
            call = Call(payload, target.arn, trigger=event.trigger, patience=patience, trace=trace)
            return await self._attempts.run(target, request_id, call)

        queued = Event(
            logical_id=target.logical_id,
            function=function,
            arn=target.qualified_arn,
            version=target.version,
            request_id=event.request_id,
            payload=event.payload,
        )
        self._queue.put(queued, run)

    async def drain(self) -> None:
        """Wait until nothing is queued, running or waiting for a retry."""
        await self._queue.drain()

    async def close(self) -> None:
        """Leave what is not finished to the next start, or give it up."""
        await self._queue.close()
        if self._kept is not None:
            self._kept.close()

    def _invoke_with(self, function: str, record: dict[str, Any]) -> None:
        self.invoke(function, json.dumps(record).encode(), Trigger.DESTINATION)


@dataclass(frozen=True)
class _FunctionsToo:
    """Invokes the functions that are destinations, and sends the rest by `others`."""

    others: DestinationSender
    invoke: Callable[[str, dict[str, Any]], None]

    async def send(self, destination: Destination, record: dict[str, Any]) -> None:
        if destination.kind == "Lambda":
            self.invoke(destination.name, record)
        else:
            await self.others.send(destination, record)

    async def bury(
        self, destination: Destination, payload: bytes, request_id: str, error: str
    ) -> None:
        await self.others.bury(destination, payload, request_id, error)
