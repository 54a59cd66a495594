"""Event invokes: answered at once, run in the background, their records sent to destinations."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from samulator.functions.asynchronous import DestinationSender, EventQueue, EventServices
from samulator.functions.failure import EVENT_LIMIT
from samulator.functions.invocation import Call, Invocation, Trigger
from samulator.functions.lookup import Lookup
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
        retry_delays: Sequence[float],
    ) -> None:
        self._functions = functions
        self._lookup = lookup
        self._attempts = attempts
        sender = _FunctionsToo(services.destinations, self._invoke_with)
        self._queue = EventQueue(retry_delays, replace(services, destinations=sender))

    def invoke(self, name: str | FunctionReference, payload: bytes, trigger: Trigger) -> str:
        """Return the request id; raises UnknownFunction and PayloadTooLarge."""
        target = self._lookup.find(name)
        require_size(payload, "Event", EVENT_LIMIT)
        request_id = str(uuid.uuid4())

        async def run(request_id: str, payload: bytes, patience: float) -> Invocation:
            call = Call(payload, target.arn, trigger=trigger, patience=patience)
            return await self._attempts.run(target, request_id, call)

        event = Event(
            logical_id=target.logical_id,
            function=self._functions[target.logical_id],
            arn=target.qualified_arn,
            version=target.version,
            request_id=request_id,
            payload=payload,
        )
        self._queue.put(event, run)
        return request_id

    async def drain(self) -> None:
        """Wait until nothing is queued, running or waiting for a retry."""
        await self._queue.drain()

    async def close(self) -> None:
        """Give up what is not finished."""
        await self._queue.close()

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
