"""Runs one request on one worker and reports it as Lambda's log does."""

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass

from samulator.functions.api import NotHandedOver, Request
from samulator.functions.failure import Outcome
from samulator.functions.invocation import Call, Invocation, Trigger, WaitedTooLong
from samulator.functions.lineage import lineage_through
from samulator.functions.log import TAIL_BYTES
from samulator.functions.pool import InitFailed, Pool
from samulator.functions.starter import WorkerStarter
from samulator.functions.tracing import FunctionSegment, Tracing, continued
from samulator.functions.worker import Worker
from samulator.template.model import Function


@dataclass(frozen=True)
class Attempts:
    """Runs requests of one function on the workers of its pool."""

    logical_id: str
    function: Function
    arn: str
    pool: Pool
    starter: WorkerStarter
    tracing: Tracing

    async def run(self, request_id: str, call: Call) -> Invocation:
        """Run one attempt to its end; never raises for what the function does.

        Raises WaitedTooLong where no worker was free within the patience of `call`, if it has any.
        """
        patience = call.patience
        while True:
            try:
                async with asyncio.timeout(patience):
                    worker = await self.pool.acquire()
            except TimeoutError as error:
                raise WaitedTooLong(f"no worker was free for {patience:.0f} s") from error
            except InitFailed as failure:
                return self._failed_start(request_id, call, failure)
            with suppress(NotHandedOver):
                return await self._run_on(worker, request_id, call)

    async def _run_on(self, worker: Worker, request_id: str, call: Call) -> Invocation:
        """Raises NotHandedOver, also where it has logged the start already."""
        init_ms, worker.init_ms = worker.init_ms, None
        if init_ms is None:
            worker.log.start_tail()
        worker.log.add(f"START RequestId: {request_id} Version: $LATEST")
        header = continued(call.trace, is_active=self.function.is_traced)
        segment = FunctionSegment(header, self.function.name, request_id)
        started = time.perf_counter()
        outcome = await worker.run(self._request(request_id, call, f"{header}"))
        duration_ms = (time.perf_counter() - started) * 1000
        failed = outcome.error_type is not None
        self.tracing.ended(segment, call.payload, outcome.payload, failed=failed)
        worker.log.drain()
        report = _Report(request_id, outcome, duration_ms, init_ms, worker.memory_used())
        for line in report.lines(self.function.memory):
            worker.log.add(line)
        return report.invocation(self.logical_id, call.trigger, worker.log.tail())

    def _request(self, request_id: str, call: Call, trace: str) -> Request:
        deadline_ms = int((time.time() + self.function.timeout) * 1000)
        return Request(
            request_id=request_id,
            payload=call.payload,
            deadline_ms=deadline_ms,
            function_arn=call.arn,
            trace_id=f"{trace};{lineage_through(call.trace, self.logical_id)}",
            client_context=call.client_context,
        )

    def _failed_start(self, request_id: str, call: Call, failure: InitFailed) -> Invocation:
        report = _Report(request_id, failure.answer(request_id), 0.0, None, 0)
        lines = [f"START RequestId: {request_id} Version: $LATEST"]
        lines += report.lines(self.function.memory)
        for line in lines:
            self.starter.on_line(line)
        tail = failure.log + "".join(f"{line}\n" for line in lines).encode()
        return report.invocation(self.logical_id, call.trigger, tail[-TAIL_BYTES:])


@dataclass(frozen=True)
class _Report:
    request_id: str
    outcome: Outcome
    duration_ms: float
    init_ms: float | None
    memory: int

    @property
    def billed_ms(self) -> int:
        return math.ceil(self.duration_ms + (self.init_ms or 0))

    def lines(self, memory_size: int) -> list[str]:
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {self.billed_ms} ms",
            f"Memory Size: {memory_size} MB",
            f"Max Memory Used: {self.memory} MB",
        ]
        if self.init_ms is not None:
            parts.append(f"Init Duration: {self.init_ms:.2f} ms")
        if self.outcome.status == "timeout":
            parts.append("Status: timeout")
        elif self.outcome.log:
            parts += ["Status: error", f"Error Type: {self.outcome.error_type}"]
        log = [self.outcome.log] if self.outcome.log else []
        return [*log, f"END RequestId: {self.request_id}", "\t".join(parts)]

    def invocation(self, logical_id: str, trigger: Trigger, log_tail: bytes) -> Invocation:
        return Invocation(
            function=logical_id,
            request_id=self.request_id,
            payload=self.outcome.payload,
            function_error="Unhandled" if self.outcome.error_type else None,
            status=self.outcome.status,
            log_tail=log_tail,
            duration_ms=self.duration_ms,
            billed_ms=self.billed_ms,
            init_ms=self.init_ms,
            max_memory=self.memory,
            trigger=trigger,
        )
