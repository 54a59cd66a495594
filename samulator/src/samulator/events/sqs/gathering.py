"""Gathers messages of a queue into batches, as an event source mapping does."""

import json
from collections import deque

from botocore.exceptions import BotoCoreError, ClientError

from samulator.clock import Clock
from samulator.events.sqs.event import Batch, Record
from samulator.events.sqs.queue import SqsQueue
from samulator.template.model import SqsTrigger
from samulator.template.record_filter import read_queue_filter

_WAIT_SECONDS = 1
_PAUSE_WHILE_EMPTY_SECONDS = 0.1


class Gathering:
    """Batches of one queue, one after another. Raises BotoCoreError and ClientError."""

    def __init__(self, trigger: SqsTrigger, queue: SqsQueue, clock: Clock) -> None:
        self._trigger = trigger
        self._queue = queue
        self._clock = clock
        self._patterns = [read_queue_filter(pattern) for pattern in trigger.filters]
        # Received, but more than fitted into the last event.
        self._waiting: deque[Record] = deque()

    async def next_batch(self) -> tuple[Batch, deque[Record]]:
        """A batch, empty if the queue is, and what must come after it: the rest of a FIFO receive.

        Waits for more only as long as the batching window allows; what does not fit begins the
        next batch, which is due no later than the window of its first message.
        """
        batch = self.new_batch()
        if self._waiting:
            self._waiting = deque(await self._queue.hold([*self._waiting]))
        else:
            await self._receive(batch, wait=_WAIT_SECONDS)
        batch.fill(self._waiting)
        if self._trigger.is_fifo:
            rest, self._waiting = self._waiting, deque()
            return batch, rest
        if batch.records:
            await self._fill_in_window(batch)
        return batch, deque()

    def new_batch(self) -> Batch:
        return Batch(self._trigger.batch_size)

    async def _fill_in_window(self, batch: Batch) -> None:
        deadline = batch.records[0].received + self._trigger.batching_window
        try:
            while batch.room and not self._waiting:
                if not await self._receive(batch, wait=0):
                    if self._clock.monotonic() >= deadline:
                        break
                    await self._clock.sleep(_PAUSE_WHILE_EMPTY_SECONDS)
                batch.fill(self._waiting)
        except (BotoCoreError, ClientError):
            self._waiting.extendleft(reversed(batch.records))
            raise

    async def _receive(self, batch: Batch, *, wait: int) -> bool:
        """Whether there was anything."""
        received = await self._queue.receive(
            batch.room, wait=wait, received=self._clock.monotonic()
        )
        passing = [record for record in received if self._passes(record)]
        self._waiting += passing
        if len(passing) < len(received):
            # What no filter lets through is gone, as on AWS.
            await self._queue.delete([record for record in received if record not in passing])
        return bool(received)

    def _passes(self, record: Record) -> bool:
        if not self._patterns:
            return True
        content = json.loads(record.content)
        return any(matches(content) for matches in self._patterns)
