"""The functions of an application in worker processes of this machine."""

from collections.abc import Mapping
from typing import Any

from samulator.functions.asynchronous import DestinationSender, EventServices
from samulator.functions.event_invokes import EventInvokes
from samulator.functions.fleet import Fleet, Options
from samulator.functions.invocation import Invocation, Listener, NotDelivered, Trigger
from samulator.functions.lookup import Lookup, Target
from samulator.functions.packages import Packages
from samulator.functions.pool import Pool
from samulator.functions.synchronous import SynchronousInvokes
from samulator.template.model import Application, Destination
from samulator.template.reference import FunctionReference

_USUAL = Options()


class WorkerHost:
    """A FunctionHost of worker processes under AWS's own runtime client.

    All methods run on one event loop. Names are logical ids, FunctionName values or ARNs; a
    version or an alias that the template publishes runs the same code as $LATEST.
    """

    def __init__(
        self,
        application: Application,
        packages: Packages,
        *,
        listener: Listener | None = None,
        destinations: DestinationSender | None = None,
        options: Options = _USUAL,
    ) -> None:
        """`destinations` get what became of asynchronous invokes, where they are no functions.

        Raises FileUnusable and OSError for the file that the options name.
        """
        self._listener = listener
        self._lookup = Lookup(application)
        self._fleet = Fleet(application, packages, self._say, options)
        self._attempts = SynchronousInvokes(self._lookup, self._fleet, self._finished)
        self._events = EventInvokes(
            application.functions,
            self._lookup,
            self._attempts,
            EventServices(destinations or _Nowhere(), self._say),
            options=options,
        )

    async def start(self) -> None:
        """Start what watches over the worker processes; workers start on demand."""
        await self._fleet.start()

    async def close(self) -> None:
        """Leave queued events and kill every worker; running invocations end with an error."""
        await self._events.close()
        await self._fleet.close()

    async def invoke(
        self,
        name: str | FunctionReference,
        payload: bytes,
        *,
        client_context: str | None = None,
        trigger: Trigger = Trigger.INVOKE,
        trace: str | None = None,
    ) -> Invocation:
        """Run `name` once and wait (RequestResponse).

        `trace` is X-Amzn-Trace-Id of what it comes from.
        Raises UnknownFunction, PayloadTooLarge and Throttled; whatever the function does is in
        the result.
        """
        return await self._attempts.invoke(name, payload, client_context, trigger, trace)

    async def invoke_event(
        self,
        name: str | FunctionReference,
        payload: bytes,
        *,
        trigger: Trigger = Trigger.INVOKE,
        trace: str | None = None,
    ) -> str:
        """Queue `name` (Event) and return the request id.

        `trace` is X-Amzn-Trace-Id of what it comes from. It is tried as its EventInvokeConfig
        says; then a destination gets the record of it. Raises UnknownFunction, PayloadTooLarge
        and NotKept.
        """
        return self._events.invoke(name, payload, trigger, trace)

    async def drain(self) -> None:
        """Wait until no asynchronous invocation is queued, running or waiting for a retry."""
        await self._events.drain()

    def resume(self) -> None:
        """Run the asynchronous invocations that a stack before this one did not finish."""
        self._events.resume()

    async def warm(self, name: str) -> None:
        """Start one worker of `name` unless there is one and wait until it is initialised."""
        await self.pool_of(name).warm()

    async def reload(self, *names: str) -> None:
        """Retire the workers of `names`; requests in flight finish on the old code."""
        self._fleet.reload([self.find(name).logical_id for name in names])

    def give(self, logical_id: str, environment: Mapping[str, str]) -> None:
        """Give a function other variables, which the workers have that start from now on."""
        self._fleet.give(logical_id, environment)

    def find(self, name: str | FunctionReference) -> Target:
        """Return what `name` stands for; raises UnknownFunction."""
        return self._lookup.find(name)

    def pool_of(self, name: str) -> Pool:
        """Return the workers of a function; raises UnknownFunction."""
        return self._fleet[self.find(name).logical_id].pool

    def _say(self, logical_id: str, line: str) -> None:
        if self._listener is not None:
            self._listener.logged(logical_id, line)

    def _finished(self, invocation: Invocation) -> None:
        if self._listener is not None:
            self._listener.finished(invocation)


class _Nowhere:
    """A DestinationSender where there are no services of AWS."""

    async def send(self, destination: Destination, _record: dict[str, Any]) -> None:
        raise NotDelivered(f"there is no {destination.kind}")

    async def bury(self, destination: Destination, *_letter: object) -> None:
        raise NotDelivered(f"there is no {destination.kind}")
