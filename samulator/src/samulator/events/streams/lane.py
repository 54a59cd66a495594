"""One lane of a shard: its records in order, in batches of which one is with the function."""

import asyncio
from collections import deque

from samulator.clock import Clock
from samulator.events.streams.batch import BatchRun
from samulator.events.streams.record import StreamRecord
from samulator.functions.failure import REQUEST_LIMIT
from samulator.template.model_stream import StreamTrigger

_PAUSE_WHILE_EMPTY_SECONDS = 0.1
# The brackets of an event, and a comma for each record.
_FRAME_BYTES, _COMMA = 14, 1


class Lane:
    """Takes records by `put`, which must wait while there is no `room`."""

    def __init__(self, trigger: StreamTrigger, run: BatchRun, clock: Clock) -> None:
        self._trigger = trigger
        self._run = run
        self._clock = clock
        self._waiting: deque[StreamRecord] = deque()
        self._changed = asyncio.Event()
        self._is_running = False

    def put(self, record: StreamRecord) -> None:
        self._waiting.append(record)
        self._changed.set()

    async def room(self) -> None:
        """Returns when fewer records wait than a batch holds."""
        while len(self._waiting) >= self._trigger.batch_size:
            self._changed.clear()
            await self._changed.wait()

    async def drained(self) -> None:
        """Returns when no record waits and none is with the function."""
        while self._waiting or self._is_running:
            self._changed.clear()
            await self._changed.wait()

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await self.next_batch()

    async def next_batch(self) -> None:
        """Waits for records, then until they are done with."""
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        self._is_running = True
        batch = await self._gathered()
        self._changed.set()
        await self._run.run(batch)
        self._is_running = False
        self._changed.set()

    async def _gathered(self) -> list[StreamRecord]:
        """As many as a batch holds; fewer where the window is over or the bytes are too many."""
        deadline = self._clock.monotonic() + self._trigger.batching_window
        batch: list[StreamRecord] = []
        size = _FRAME_BYTES
        while len(batch) < self._trigger.batch_size:
            if not self._waiting:
                if self._clock.monotonic() >= deadline:
                    break
                await self._clock.sleep(_PAUSE_WHILE_EMPTY_SECONDS)
                continue
            size += len(self._waiting[0].text) + _COMMA
            # One that no event can hold goes alone: Lambda refuses it.
            if batch and size > REQUEST_LIMIT:
                break
            batch.append(self._waiting.popleft())
        return batch
