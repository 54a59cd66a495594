"""Event invokes: answered at once, run in the background, their records sent to destinations."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from samulator.functions.asynchronous import EventQueue, EventServices
from samulator.functions.failure import EVENT_LIMIT
from samulator.functions.invocation import Call, Invocation, Trigger
from samulator.functions.lookup import Lookup
from samulator.functions.record import Event
from samulator.functions.synchronous import SynchronousInvokes, require_size
from samulator.template.model import Destination, Function
from samulator.template.reference import FunctionReference


class EventInvokes:
    """Queues events; each attempt is one of `attempts`.

    `services` send the records for destinations that are no functions.
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
        self._send = services.send
        self._queue = EventQueue(retry_delays, replace(services, send=self._send_record))

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

    async def _send_record(self, destination: Destination, record: dict[str, Any]) -> None:
        """Raises NotDelivered and what `invoke` raises."""
        if destination.kind == "Lambda":
            self.invoke(destination.name, json.dumps(record).encode(), Trigger.DESTINATION)
        else:
            await self._send(destination, record)
