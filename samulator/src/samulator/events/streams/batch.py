"""One batch of a stream until it is done with: tried again, halved, shortened or given up.

Rules: AWS Lambda Developer Guide, "Retain discarded records for a DynamoDB event source" and
"Configuring partial batch response with DynamoDB and Lambda"; of windows, as `tumbling` has them.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from samulator.clock import Clock
from samulator.events.batch_response import failed_items
from samulator.events.streams.discarded import RETRIES_EXHAUSTED, TOO_OLD, Discarded
from samulator.events.streams.record import StreamRecord, event_of
from samulator.events.streams.tumbling import Ending, TumblingWindows, returned_state
from samulator.functions.host import Invoker
from samulator.functions.invocation import Invocation, NotInvoked, Trigger
from samulator.template.model_stream import FOREVER, StreamTrigger

_logger = logging.getLogger(__name__)
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0

Discard = Callable[[Discarded], Awaitable[None]]


@dataclass(frozen=True)
class _Batch:
    """Records that the function was given `attempts` times without success.

    Without records it is the last invocation of a tumbling window, or with a state: `ending`.
    """

    records: Sequence[StreamRecord]
    attempts: int = 0
    last: Invocation | None = None
    ending: Ending | None = None


class BatchRun:
    """Gives the function one batch after another; the order of records is never broken."""

    def __init__(
        self,
        trigger: StreamTrigger,
        invoker: Invoker,
        discard: Discard,
        clock: Clock,
        *,
        windows: TumblingWindows | None = None,
    ) -> None:
        self._trigger = trigger
        self._invoker = invoker
        self._discard = discard
        self._clock = clock
        self._windows = windows

    def event(self, records: Sequence[StreamRecord], ending: Ending | None = None) -> bytes:
        """The payload for the function."""
        return event_of(records, self._windows.in_event(ending) if self._windows else None)

    async def run(self, records: Sequence[StreamRecord]) -> None:
        """Returns when each record succeeded or was given up."""
        await self._run(_Batch(records))

    async def end_window(self) -> None:
        """Returns when the function has processed the open window, or its state was given up."""
        await self._run(_Batch((), ending=Ending.WINDOW_IS_OVER))

    async def _run(self, whole: _Batch) -> None:
        waiting = deque([whole])
        pauses = 0
        while waiting:
            batch = await self._without_the_old(waiting.popleft())
            if not batch.records and batch.ending is None:
                continue
            left = await self._attempt(batch)
            if not left:
                pauses = 0
                continue
            if self._is_exhausted(left[0]):
                await self._give_up(left[0])
                left = left[1:]
            else:
                pause = _FIRST_PAUSE_SECONDS * 2**pauses
                await self._clock.sleep(min(pause, _LONGEST_PAUSE_SECONDS))
                pauses = min(pauses + 1, 10)
            waiting.extendleft(reversed(left))

    async def _give_up(self, batch: _Batch) -> None:
        if batch.ending is None:
            await self._discard(
                Discarded(batch.records, RETRIES_EXHAUSTED, batch.attempts, batch.last)
            )
        elif self._windows is not None:
            # A destination is told of records, and here are none.
            _logger.warning(
                "%s: the state of a window of %s is given up: %s",
                self._trigger.function,
                self._trigger.name,
                RETRIES_EXHAUSTED,
            )
            self._windows.end(batch.ending)

    async def _without_the_old(self, batch: _Batch) -> _Batch:
        limit = self._trigger.maximum_record_age
        if limit == FOREVER:
            return batch
        now = self._clock.now().timestamp()
        old = [record for record in batch.records if now - record.arrived >= limit]
        if not old:
            return batch
        await self._discard(Discarded(old, TOO_OLD, batch.attempts, batch.last))
        kept = [record for record in batch.records if now - record.arrived < limit]
        return _Batch(kept, batch.attempts, batch.last)

    async def _attempt(self, batch: _Batch) -> list[_Batch]:
        """What is left to do, in order; nothing where all succeeded."""
        try:
            result = await self._invoker.invoke(
                self._trigger.function,
                self.event(batch.records, batch.ending),
                trigger=Trigger.STREAM,
            )
        except NotInvoked as error:
            # The function never ran, so this is no attempt.
            _logger.warning("%s: %s", self._trigger.place or self._trigger.stream, error)
            return [batch]
        first_failed = self._first_failed(batch.records, result)
        if first_failed != 0 and self._windows is not None:
            await self._hand_on(self._windows, batch.ending, result)
        if first_failed is None:
            return []
        failed = batch.records[first_failed:]
        if self._trigger.bisects and len(failed) > 1:
            # To halve a batch costs no attempt.
            middle = (len(failed) + 1) // 2
            return [
                _Batch(half, batch.attempts, result) for half in (failed[:middle], failed[middle:])
            ]
        return [_Batch(failed, batch.attempts + 1, result, batch.ending)]

    async def _hand_on(
        self, windows: TumblingWindows, ending: Ending | None, result: Invocation
    ) -> None:
        """Keeps the state that was returned, or drops it where its last invocation succeeded."""
        if ending is not None:
            windows.end(ending)
        elif not windows.keep(returned_state(result.payload) or {}):
            _logger.warning(
                "%s: the state of a window of %s is over 1 MB, so the window is terminated early:"
                " keep totals in it, not records",
                self._trigger.function,
                self._trigger.name,
            )
            await self._run(_Batch((), ending=Ending.STATE_IS_TOO_LARGE))

    def _first_failed(self, records: Sequence[StreamRecord], result: Invocation) -> int | None:
        """The place of the first record to try again, None where all succeeded."""
        if result.function_error is not None:
            return 0
        if self._windows is not None and returned_state(result.payload) is None:
            _logger.warning(
                "%s: the batch counts as failed, its response has no object `state`, which"
                " TumblingWindowInSeconds of %s needs: return one each time, at a window's end too",
                self._trigger.function,
                self._trigger.place or self._trigger.name,
            )
            return 0
        if not self._trigger.report_batch_item_failures:
            return None
        places = {record.sequence_number: place for place, record in enumerate(records)}
        failed = failed_items(result.payload, {*places})
        if failed is None:
            _logger.warning(
                "%s: the batch response is not valid, so the whole batch counts as failed",
                self._trigger.function,
            )
            return 0
        return min((places[number] for number in failed), default=None)

    def _is_exhausted(self, batch: _Batch) -> bool:
        retries = self._trigger.maximum_retry_attempts
        return retries != FOREVER and batch.attempts > retries
