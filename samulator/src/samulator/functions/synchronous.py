"""RequestResponse invokes: one attempt, and its result."""

import uuid
from collections.abc import Callable

from samulator.functions.failure import REQUEST_LIMIT
from samulator.functions.fleet import Fleet
from samulator.functions.invocation import Call, Invocation, PayloadTooLarge, Throttled, Trigger
from samulator.functions.lookup import Lookup, Target
from samulator.template.reference import FunctionReference


def require_size(payload: bytes, kind: str, limit: int) -> None:
    """Raises PayloadTooLarge as Lambda words it; `kind` is the invocation type."""
    if len(payload) > limit:
        raise PayloadTooLarge(
            f"{len(payload)} byte payload is too large for the {kind} invocation type "
            f"(limit {limit} bytes)"
        )


class SynchronousInvokes:
    """Runs one attempt on a worker of the fleet; `finished` is told of each."""

    def __init__(
        self, lookup: Lookup, fleet: Fleet, finished: Callable[[Invocation], None]
    ) -> None:
        self._lookup = lookup
        self._fleet = fleet
        self._finished = finished

    async def invoke(
        self,
        name: str | FunctionReference,
        payload: bytes,
        client_context: str | None,
        trigger: Trigger,
        trace: str | None,
    ) -> Invocation:
        """Raises UnknownFunction, PayloadTooLarge and Throttled."""
        target = self._lookup.find(name)
        require_size(payload, "RequestResponse", REQUEST_LIMIT)
        call = Call(payload, target.arn, client_context, trigger, trace=trace)
        return await self.run(target, str(uuid.uuid4()), call)

    async def run(self, target: Target, request_id: str, call: Call) -> Invocation:
        """Raises Throttled, and WaitedTooLong where the call has a patience."""
        attempts = self._fleet[target.logical_id]
        if attempts.function.reserved_concurrency == 0:
            raise Throttled(f"{target.logical_id} reserves no concurrency, so it never runs")
        invocation = await attempts.run(request_id, call)
        self._finished(invocation)
        return invocation
