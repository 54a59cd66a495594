"""One lane of a shard: its records in order, in batches of which one is with the function."""

import asyncio
from collections import deque

from samulator.clock import Clock
from samulator.events.streams.batch import BatchRun
from samulator.events.streams.record import StreamRecord
from samulator.events.streams.tumbling import TumblingWindows
from samulator.functions.failure import REQUEST_LIMIT
from samulator.template.model_stream import StreamTrigger

_PAUSE_WHILE_EMPTY_SECONDS = 0.1
_COMMA = 1


class Lane:
    """Takes records by `put`, which must wait while there is no `room`.

    `windows` are those that the run has its states from.
    """

    def __init__(
        self,
        trigger: StreamTrigger,
        run: BatchRun,
        clock: Clock,
        *,
        windows: TumblingWindows | None = None,
    ) -> None:
        self._trigger = trigger
        self._run = run
        self._clock = clock
        self._windows = windows
        self._known_until = 0.0
        self._waiting: deque[StreamRecord] = deque()
        self._changed = asyncio.Event()
        self._is_running = False

    def put(self, record: StreamRecord) -> None:
        self._waiting.append(record)
        self._changed.set()

    def known_until(self, moment: float) -> None:
        """Each record that arrived before that time was put; a window ends by it."""
        self._known_until = moment
        self._changed.set()

    async def room(self) -> None:
        """Returns when fewer records wait than a batch holds."""
        while len(self._waiting) >= self._trigger.batch_size:
            self._changed.clear()
            await self._changed.wait()

    async def drained(self) -> None:
        """Returns when no record waits, none is with the function, and no window is open."""
        while self._waiting or self._is_running or (self._windows and self._windows.is_open):
            self._changed.clear()
            await self._changed.wait()

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await self.next_batch()

    async def next_batch(self) -> None:
        """Waits for records or the end of a window, then until that is done with."""
        while not (self._waiting or self._is_window_over()):
            self._changed.clear()
            await self._changed.wait()
        self._is_running = True
        if self._is_window_over():
            await self._run.end_window()
        else:
            batch = await self._gathered()
            self._changed.set()
            await self._run.run(batch)
        self._is_running = False
        self._changed.set()

    def _is_window_over(self) -> bool:
        """Whether the open tumbling window gets no more records."""
        if self._windows is None or not self._windows.is_open:
            return False
        if self._waiting:
            return not self._windows.holds(self._waiting[0])
        return self._windows.is_over(self._known_until)

    async def _gathered(self) -> list[StreamRecord]:
        """As many as a batch holds; fewer where a window is over or the bytes are too many."""
        if self._windows is not None:
            self._windows.open_for(self._waiting[0])
        deadline = self._clock.monotonic() + self._trigger.batching_window
        batch: list[StreamRecord] = []
        size = len(self._run.event(batch))
        while len(batch) < self._trigger.batch_size and not self._is_window_over():
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
