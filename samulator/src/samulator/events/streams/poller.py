"""Event source mappings of streams: each shard is read in order, until the stack stops.

Rules: AWS Lambda Developer Guide, "How Lambda processes records from stream and queue-based event
sources".
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.clock import MACHINE_CLOCK, Clock
from samulator.events.streams.batch import BatchRun
from samulator.events.streams.discarded import Discarded, record_of
from samulator.events.streams.lane import Lane
from samulator.events.streams.record import StreamRecord
from samulator.events.streams.shard import ShardReader
from samulator.events.streams.source import Source
from samulator.events.streams.tumbling import TumblingWindows
from samulator.functions.host import Invoker
from samulator.functions.invocation import NotDelivered
from samulator.template.model_stream import StreamTrigger
from samulator.template.record_filter import read_dynamodb_filter, read_kinesis_filter

_logger = logging.getLogger(__name__)
_PAUSE_AFTER_FAILURE_SECONDS = 1.0
_LOOK_FOR_SHARDS_SECONDS = 5.0

# Takes the ARN of a destination and a document; raises NotDelivered.
SendDocument = Callable[[str, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class OnFailure:
    """How records that are given up are told of: as whose, and by whom."""

    function_arn: str
    send: SendDocument


class StreamPoller:
    """Reads one stream for one function. LATEST is from when this is made."""

    def __init__(
        self,
        trigger: StreamTrigger,
        invoker: Invoker,
        source: Source,
        on_failure: OnFailure,
        *,
        clock: Clock = MACHINE_CLOCK,
    ) -> None:
        self._trigger = trigger
        self._invoker = invoker
        self._source = source
        self._on_failure = on_failure
        self._clock = clock
        self._made = clock.now().timestamp()
        read = read_dynamodb_filter if trigger.is_dynamodb else read_kinesis_filter
        self._patterns = [read(pattern) for pattern in trigger.filters]

    async def run(self) -> None:
        """Until cancelled; shards that a stream gets later are read from their first record."""
        known: set[str] = set()
        is_reachable = True
        async with asyncio.TaskGroup() as shards:
            while True:
                try:
                    for shard in await asyncio.to_thread(self._source.shards):
                        if shard not in known:
                            known.add(shard)
                            shards.create_task(self._read(shard))
                    is_reachable = True
                except (BotoCoreError, ClientError) as error:
                    if is_reachable:
                        _logger.warning("stream %s: %s", self._trigger.name, error)
                    is_reachable = False
                pause = _LOOK_FOR_SHARDS_SECONDS if known else _PAUSE_AFTER_FAILURE_SECONDS
                await self._clock.sleep(pause)

    async def _read(self, shard: str) -> None:
        # A tumbling window has one state for its shard.
        count = 1 if self._trigger.tumbling_window else self._trigger.parallelization_factor
        lanes = [self._lane(shard) for _ in range(count)]
        reader = ShardReader(shard, self._source, lanes, self._clock, is_wanted=self._is_wanted)
        await reader.run(self._trigger.batch_size * len(lanes))

    def _is_wanted(self, record: StreamRecord) -> bool:
        if self._trigger.starting_position == "LATEST" and record.arrived < self._made:
            return False
        if record.arrived < self._trigger.starting_time:
            return False
        content: Mapping[str, Any] = record.content
        return not self._patterns or any(matches(content) for matches in self._patterns)

    def _lane(self, shard: str) -> Lane:
        async def discard(discarded: Discarded) -> None:
            await self._give_up(shard, discarded)

        seconds = self._trigger.tumbling_window
        windows = TumblingWindows(seconds, shard, lambda: self._source.arn) if seconds else None
        run = BatchRun(self._trigger, self._invoker, discard, self._clock, windows=windows)
        return Lane(self._trigger, run, self._clock, windows=windows)

    async def _give_up(self, shard: str, discarded: Discarded) -> None:
        what = f"{len(discarded.records)} records of {self._trigger.name} are given up"
        _logger.warning("%s: %s: %s", self._trigger.function, what, discarded.condition)
        if self._trigger.on_failure is None:
            return
        document = record_of(
            discarded,
            function_arn=self._on_failure.function_arn,
            stream=self._source.arn,
            shard=shard,
        )
        try:
            await self._on_failure.send(self._trigger.on_failure, document)
        except NotDelivered as error:
            _logger.error("%s: %s: %s", self._trigger.on_failure, error, json.dumps(document))
