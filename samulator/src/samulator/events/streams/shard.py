"""One shard of a stream: read from its beginning to its end, record by record into lanes."""

import asyncio
import logging
import math
import zlib
from collections.abc import Callable, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from samulator.clock import Clock
from samulator.events.streams.lane import Lane
from samulator.events.streams.record import StreamRecord
from samulator.events.streams.source import Source

_logger = logging.getLogger(__name__)
# Between reads of a shard that has nothing new: they grow, so that an idle stack is idle.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 0.5
_PAUSE_AFTER_FAILURE_SECONDS = 1.0


class ShardReader:
    """Reads on while its lanes have room; records of one key are always in the same lane."""

    def __init__(
        self,
        shard: str,
        source: Source,
        lanes: Sequence[Lane],
        clock: Clock,
        *,
        is_wanted: Callable[[StreamRecord], bool],
    ) -> None:
        self._shard = shard
        self._source = source
        self._lanes = lanes
        self._clock = clock
        self._is_wanted = is_wanted
        self._created = ""
        self._pause = _FIRST_PAUSE_SECONDS

    async def run(self, limit: int) -> None:
        """Until the shard is closed and its records are done with; reads `limit` at a time."""
        async with asyncio.TaskGroup() as working:
            tasks = [working.create_task(lane.work()) for lane in self._lanes]
            position: str | None = await self._begin()
            while position is not None:
                for lane in self._lanes:
                    await lane.room()
                position = await self._read(position, limit)
            for lane in self._lanes:
                # A window ends with its shard.
                lane.known_until(math.inf)
                await lane.drained()
            for task in tasks:
                task.cancel()

    async def _begin(self) -> str:
        """The position before the first record of the stream as it is now."""
        while True:
            try:
                self._created = await asyncio.to_thread(self._source.created)
                return await asyncio.to_thread(self._source.beginning, self._shard)
            except (BotoCoreError, ClientError):
                await self._clock.sleep(_PAUSE_AFTER_FAILURE_SECONDS)

    async def _read(self, position: str, limit: int) -> str | None:
        """The next position, None at the end of the shard."""
        asked = self._clock.now().timestamp()
        try:
            page = await asyncio.to_thread(self._source.read, self._shard, position, limit)
        except ClientError as error:
            # The server does not know the position any more.
            _logger.warning("stream %s: %s", self._source.arn, error)
            await self._clock.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
            return await self._begin()
        except BotoCoreError:
            await self._clock.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
            return await self._resume(position)
        for record in page.records:
            if self._is_wanted(record):
                self._lanes[zlib.crc32(record.key.encode()) % len(self._lanes)].put(record)
        for lane in self._lanes:
            lane.known_until(page.records[-1].arrived if page.records else asked)
        if page.records:
            self._pause = _FIRST_PAUSE_SECONDS
        else:
            await self._clock.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        return page.next_position

    async def _resume(self, position: str) -> str:
        """The position, or the beginning where a server that came back made the stream anew."""
        try:
            created = await asyncio.to_thread(self._source.created)
        except (BotoCoreError, ClientError):
            return position
        return position if created == self._created else await self._begin()
