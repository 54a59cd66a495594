"""One batch of a stream until it is done with: tried again, halved, shortened or given up.

Rules: AWS Lambda Developer Guide, "Retain discarded records for a DynamoDB event source" and
"Configuring partial batch response with DynamoDB and Lambda".
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from samulator.clock import Clock
from samulator.events.batch_response import failed_items
from samulator.events.streams.discarded import RETRIES_EXHAUSTED, TOO_OLD, Discarded
from samulator.events.streams.record import StreamRecord, event_of
from samulator.functions.host import Invoker
from samulator.functions.invocation import Invocation, NotInvoked, Trigger
from samulator.template.model_stream import FOREVER, StreamTrigger

_logger = logging.getLogger(__name__)
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0

Discard = Callable[[Discarded], Awaitable[None]]


@dataclass(frozen=True)
class _Batch:
    """Records that the function was given `attempts` times without success."""

    records: Sequence[StreamRecord]
    attempts: int = 0
    last: Invocation | None = None


class BatchRun:
    """Gives the function one batch after another; the order of records is never broken."""

    def __init__(
        self, trigger: StreamTrigger, invoker: Invoker, discard: Discard, clock: Clock
    ) -> None:
        self._trigger = trigger
        self._invoker = invoker
        self._discard = discard
        self._clock = clock

    async def run(self, records: Sequence[StreamRecord]) -> None:
        """Returns when each record succeeded or was given up."""
        waiting = deque([_Batch(records)])
        pauses = 0
        while waiting:
            batch = await self._without_the_old(waiting.popleft())
            if not batch.records:
                continue
            left = await self._attempt(batch)
            if not left:
                pauses = 0
                continue
            if self._is_exhausted(left[0]):
                first = left[0]
                await self._discard(
                    Discarded(first.records, RETRIES_EXHAUSTED, first.attempts, first.last)
                )
                left = left[1:]
            else:
                pause = _FIRST_PAUSE_SECONDS * 2**pauses
                await self._clock.sleep(min(pause, _LONGEST_PAUSE_SECONDS))
                pauses = min(pauses + 1, 10)
            waiting.extendleft(reversed(left))

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
                self._trigger.function, event_of(batch.records), trigger=Trigger.STREAM
            )
        except NotInvoked as error:
            # The function never ran, so this is no attempt.
            _logger.warning("%s: %s", self._trigger.place or self._trigger.stream, error)
            return [batch]
        first_failed = self._first_failed(batch.records, result)
        if first_failed is None:
            return []
        failed = batch.records[first_failed:]
        if self._trigger.bisects and len(failed) > 1:
            # To halve a batch costs no attempt.
            middle = (len(failed) + 1) // 2
            return [
                _Batch(half, batch.attempts, result) for half in (failed[:middle], failed[middle:])
            ]
        return [_Batch(failed, batch.attempts + 1, result)]

    def _first_failed(self, records: Sequence[StreamRecord], result: Invocation) -> int | None:
        """The place of the first record to try again, None where all succeeded."""
        if result.function_error is not None:
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
