"""Event source mappings of SQS queues: polls, invokes in batches, deletes what succeeded.

Rules: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS". Redelivery and dead-letter
queues are the queue's own business.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from samulator.clock import MACHINE_CLOCK, Clock
from samulator.events.batch_response import failed_items
from samulator.events.sqs.event import Batch, Record
from samulator.events.sqs.gathering import Gathering
from samulator.events.sqs.queue import SqsQueue
from samulator.functions.host import Invoker
from samulator.functions.invocation import Invocation, NotInvoked, Trigger
from samulator.template.model import SqsTrigger

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_logger = logging.getLogger(__name__)
# Lambda starts with five; a function has four workers here at least.
CONCURRENT_BATCHES = 4
_PAUSE_AFTER_FAILURE_SECONDS = 1.0


class QueuePoller:
    """Polls one queue for one function until cancelled."""

    def __init__(
        self,
        trigger: SqsTrigger,
        invoker: Invoker,
        sqs: "SQSClient",
        *,
        concurrency: int = CONCURRENT_BATCHES,
        clock: Clock = MACHINE_CLOCK,
    ) -> None:
        """At most `concurrency` batches are with the function at a time."""
        self._trigger = trigger
        self._invoker = invoker
        self._queue = SqsQueue(trigger.queue, sqs)
        self._clock = clock
        self._gathering = Gathering(trigger, self._queue, clock)
        self._concurrency = concurrency

    async def run(self) -> None:
        """Polls for ever; an unreachable queue is logged once per outage and tried again.

        Receives only what can be handled at once: messages that wait here are invisible to
        everybody else.
        """
        slots = asyncio.Semaphore(self._concurrency)
        is_reachable = True
        async with asyncio.TaskGroup() as batches:
            while True:
                await slots.acquire()
                try:
                    batch, rest = await self._gathering.next_batch()
                    is_reachable = True
                except (BotoCoreError, ClientError) as error:
                    slots.release()
                    if is_reachable:
                        _logger.warning("queue %s: %s", self._trigger.queue, error)
                    is_reachable = False
                    await self._clock.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
                else:
                    task = batches.create_task(self._handle(batch, rest))
                    task.add_done_callback(lambda _task: slots.release())

    async def poll(self) -> int:
        """Handles one batch and what must come after it; returns how many messages it held."""
        batch, rest = await self._gathering.next_batch()
        await self._handle(batch, rest)
        return len(batch.records)

    async def _handle(self, batch: Batch, rest: deque[Record]) -> None:
        """One batch after another; a group in which a message failed goes no further."""
        stopped: set[str | None] = set()
        while batch.records:
            done = {record.id for record in await self._handle_batch(batch)}
            stopped |= {record.group for record in batch.records if record.id not in done}
            rest = await self._held(record for record in rest if record.group not in stopped)
            batch = self._gathering.new_batch()
            batch.fill(rest)

    async def _held(self, records: Iterable[Record]) -> deque[Record]:
        """The records whose groups are still ours alone, for another visibility timeout."""
        asked = [*records]
        try:
            held = await self._queue.hold(asked)
        except (BotoCoreError, ClientError) as error:
            _logger.warning("queue %s: %s", self._trigger.queue, error)
            return deque()
        ids = {record.id for record in held}
        lost = {record.group for record in asked if record.id not in ids}
        return deque(record for record in held if record.group not in lost)

    async def _handle_batch(self, batch: Batch) -> list[Record]:
        """Returns what succeeded; the rest becomes visible when its time is over."""
        done = await self._invoked(batch)
        try:
            reasons = await self._queue.delete(done)
        except (BotoCoreError, ClientError) as error:
            reasons = [str(error)]
        for reason in reasons:
            _logger.warning(
                "queue %s: a handled message was not deleted: %s", self._trigger.queue, reason
            )
        return done

    async def _invoked(self, batch: Batch) -> list[Record]:
        try:
            result = await self._invoker.invoke(
                self._trigger.function, batch.event(), trigger=Trigger.SQS
            )
        except NotInvoked as error:
            _logger.warning("queue %s: %s", self._trigger.queue, error)
            return []
        return self._succeeded(batch.records, result)

    def _succeeded(self, records: Sequence[Record], result: Invocation) -> list[Record]:
        if result.function_error:
            return []
        if not self._trigger.report_batch_item_failures:
            return [*records]
        failed = failed_items(result.payload, {record.id for record in records})
        if failed is None:
            _logger.warning(
                "%s: the batch response is not valid, so the whole batch counts as failed",
                self._trigger.function,
            )
            return []
        return [record for record in records if record.id not in failed]
