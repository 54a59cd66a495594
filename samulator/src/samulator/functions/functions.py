"""The functions of an application, ready to be invoked."""

import asyncio
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samulator.functions.asynchronous import EventQueue, Surroundings
from samulator.functions.attempt import Attempts
from samulator.functions.failure import EVENT_LIMIT, REQUEST_LIMIT
from samulator.functions.invocation import (
    Call,
    Invocation,
    Listener,
    NotDelivered,
    PayloadTooLarge,
    SendToQueue,
    Throttled,
    Trigger,
    UnknownFunction,
)
from samulator.functions.packages import Packages
from samulator.functions.pool import GROW_AFTER_SECONDS, Pool
from samulator.functions.record import Event
from samulator.functions.starter import Means, WorkerStarter
from samulator.functions.supervision import Supervision
from samulator.template.model import Application, Destination, Function
from samulator.template.names import ACCOUNT, function_arn
from samulator.template.reference import (
    LATEST,
    FunctionReference,
    InvalidReference,
    parse_reference,
)

DEFAULT_CONCURRENCY = max(4, os.cpu_count() or 1)
_CHECK_SECONDS = 0.2
_IDLE_SECONDS = 60.0


@dataclass(frozen=True)
class Options:
    """What is the same for all functions.

    `retry_delays` are seconds before the first and second retry of an Event invoke (AWS: 60 and
    120); `concurrency` is the most workers of a function that reserves none; a request waits
    `grow_after_seconds` for a busy worker before another is started. `debug_ports` are those of
    functions (by logical id) that wait for a debugger.
    """

    retry_delays: tuple[float, float] = (1.0, 2.0)
    concurrency: int = DEFAULT_CONCURRENCY
    grow_after_seconds: float = GROW_AFTER_SECONDS
    debug_ports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What a reference stands for: the logical id, the ARN as referred to, and the version."""

    logical_id: str
    arn: str
    version: str

    @property
    def qualified_arn(self) -> str:
        """The ARN with the qualifier that stands for none."""
        has_qualifier = not self.arn.endswith(f":function:{self.arn.rsplit(':', 1)[-1]}")
        return self.arn if has_qualifier else f"{self.arn}:{LATEST}"


class Functions:
    """Invokes the functions of one application in worker processes.

    All methods run on one event loop. Names are logical ids, FunctionName values or ARNs; a
    version or an alias that the template publishes runs the same code as $LATEST.
    """

    def __init__(
        self,
        application: Application,
        packages: Packages,
        *,
        listener: Listener | None = None,
        send_to_queue: SendToQueue | None = None,
        options: Options = Options(),
    ) -> None:
        self._application = application
        self._packages = packages
        self._listener = listener
        self._options = options
        self._supervision = Supervision()
        self._send_to_queue = send_to_queue
        self._events = EventQueue(options.retry_delays, Surroundings(self._send_record, self._say))
        self._attempts = {name: self._attempts_of(name) for name in application.functions}
        self._names = {function.name: name for name, function in application.functions.items()}
        self._watch: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start what watches over the worker processes; workers start on demand."""
        await self._supervision.start()
        self._watch = asyncio.create_task(self._watch_workers())

    async def close(self) -> None:
        """Kill every worker with all it started; running invocations end with an error."""
        for task in (self._watch, self._warming):
            if task is not None:
                task.cancel()
        await self._events.close()
        await asyncio.gather(*(attempts.pool.close() for attempts in self._attempts.values()))
        await self._supervision.close()

    async def warm(self, name: str) -> None:
        """Start one worker of `name` unless there is one and wait until it is initialised."""
        await self._attempts[self.resolve(name)].pool.warm()

    async def invoke(
        self,
        name: str | FunctionReference,
        payload: bytes,
        *,
        client_context: str | None = None,
        trigger: Trigger = Trigger.INVOKE,
    ) -> Invocation:
        """Run `name` once and wait (RequestResponse).

        Raises UnknownFunction, PayloadTooLarge and Throttled; whatever the function does is in
        the result.
        """
        target = self._accept(name, payload, "RequestResponse", REQUEST_LIMIT)
        self._require_concurrency(target.logical_id)
        call = Call(payload, target.arn, client_context, trigger)
        return await self._run(target.logical_id, str(uuid.uuid4()), call)

    async def invoke_event(self, name: str | FunctionReference, payload: bytes) -> str:
        """Queue `name` (Event) and return the request id.

        Tried as its EventInvokeConfig says; then a destination gets the record of it. Raises
        UnknownFunction and PayloadTooLarge.
        """
        target = self._accept(name, payload, "Event", EVENT_LIMIT)
        request_id = str(uuid.uuid4())

        async def run(request_id: str, payload: bytes, patience: float) -> Invocation:
            self._require_concurrency(target.logical_id)
            call = Call(payload, target.arn, patience=patience)
            return await self._run(target.logical_id, request_id, call)

        event = Event(
            logical_id=target.logical_id,
            function=self._attempts[target.logical_id].function,
            arn=target.qualified_arn,
            version=target.version,
            request_id=request_id,
            payload=payload,
        )
        self._events.put(event, run)
        return request_id

    async def drain(self) -> None:
        """Wait until no asynchronous invocation is queued, running or waiting for a retry."""
        await self._events.drain()

    async def reload(self, *names: str) -> None:
        """Retire the workers of `names`; requests in flight finish on the old code.

        New ones start in the background, one after another, the function used last first: an
        error shows before the next request, and the starts do not compete for the cores.
        """
        pools = []
        for logical_id in map(self.resolve, names):
            self._attempts[logical_id].starter.forget_layout()
            pools.append(self._attempts[logical_id].pool)
            pools[-1].reload()
        used = [pool for pool in pools if pool.last_used is not None]
        used.sort(key=lambda pool: pool.last_used or 0, reverse=True)
        if self._warming is not None:
            self._warming.cancel()
        self._warming = asyncio.create_task(_warm(used))

    def resolve(self, name: str) -> str:
        """Return the logical id of what `find` finds. Raises UnknownFunction."""
        return self.find(name).logical_id

    def find(self, name: str | FunctionReference) -> Target:
        """Return the function, and the version of it, that `name` stands for.

        Raises UnknownFunction, also for a version that nothing publishes.
        """
        reference = _reference(name)
        logical_id = self._names.get(reference.name, reference.name)
        region, account = self._application.region, reference.account or ACCOUNT
        if reference.region not in (None, region):
            where = f"are not reachable in this region ('{region}')"
            raise UnknownFunction(f"Functions from '{reference.region}' {where}")
        function = self._application.functions.get(logical_id)
        named = function.name if function else reference.name
        arn = function_arn(region, named, qualifier=reference.qualifier, account=account)
        versions = {LATEST: LATEST} | dict(function.versions if function else {})
        version = versions.get(reference.qualifier or LATEST)
        if function is None or account != ACCOUNT or version is None:
            raise UnknownFunction(f"Function not found: {arn}")
        return Target(logical_id, arn, version)

    def _accept(
        self, name: str | FunctionReference, payload: bytes, kind: str, limit: int
    ) -> Target:
        target = self.find(name)
        if len(payload) > limit:
            raise PayloadTooLarge(
                f"{len(payload)} byte payload is too large for the {kind} invocation type "
                f"(limit {limit} bytes)"
            )
        return target

    def _require_concurrency(self, logical_id: str) -> None:
        if self._application.functions[logical_id].reserved_concurrency == 0:
            raise Throttled(f"{logical_id} reserves no concurrency, so it never runs")

    async def _run(self, logical_id: str, request_id: str, call: Call) -> Invocation:
        invocation = await self._attempts[logical_id].run(request_id, call)
        if self._listener is not None:
            self._listener.finished(invocation)
        return invocation

    def _say(self, logical_id: str, line: str) -> None:
        if self._listener is not None:
            self._listener.logged(logical_id, line)

    async def _send_record(self, destination: Destination, record: dict[str, Any]) -> None:
        """Raises NotDelivered and what `invoke_event` raises."""
        if destination.kind == "Lambda":
            await self.invoke_event(destination.name, json.dumps(record).encode())
        elif self._send_to_queue is None:
            raise NotDelivered(f"there is no {destination.kind}")
        else:
            await self._send_to_queue(destination, record)

    def _attempts_of(self, name: str) -> Attempts:
        function = self._application.functions[name]
        arn = function_arn(self._application.region, function.name)

        def on_line(line: str) -> None:
            self._say(name, line)

        starter = WorkerStarter(
            name,
            self._application,
            Means(self._packages, self._supervision),
            on_line,
            self._options.debug_ports.get(name),
        )
        pool = Pool(starter.start, self._limit(function), self._options.grow_after_seconds)
        return Attempts(name, function, arn, pool, starter)

    def _limit(self, function: Function) -> int:
        reserved = function.reserved_concurrency
        return self._options.concurrency if reserved is None else reserved

    async def _watch_workers(self) -> None:
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            for attempts in self._attempts.values():
                attempts.pool.reap(_IDLE_SECONDS)
                for worker in attempts.pool.workers:
                    worker.check_memory()


def _reference(name: str | FunctionReference) -> FunctionReference:
    if isinstance(name, FunctionReference):
        return name
    try:
        return parse_reference(name)
    except InvalidReference as error:
        raise UnknownFunction(f"Function not found: {name}") from error


async def _warm(pools: Sequence[Pool]) -> None:
    for pool in pools:
        await pool.warm()
