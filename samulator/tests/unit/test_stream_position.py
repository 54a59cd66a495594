"""Where the reading of a stream begins."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from samulator.events.streams.mappings import begun
from samulator.events.streams.poller import OnFailure, StreamPoller
from samulator.events.streams.record import StreamRecord
from samulator.events.streams.source import Page
from samulator.template.model_stream import StreamTrigger


class TwoRecords:
    """A Source of one shard, whose records arrived at 10 and at 20 seconds of the epoch."""

    arn = "arn:aws:kinesis:us-east-1:123456789012:stream/s"

    def created(self) -> str:
        return "now"

    def shards(self) -> list[str]:
        return ["shard"]

    def beginning(self, shard: str) -> str:
        return "beginning"

    def read(self, shard: str, position: str, limit: int) -> Page:
        records = [StreamRecord(str(at), "key", float(at), {"at": at}) for at in (10, 20)]
        return Page(records, None)


class Function:
    """An Invoker that keeps its first event."""

    def __init__(self) -> None:
        self.event: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def invoke(self, name: str, payload: bytes, **_about: object) -> Any:
        self.event.set_result(json.loads(payload))
        await asyncio.Event().wait()

    async def invoke_event(self, name: str, payload: bytes, **_about: object) -> str:
        raise AssertionError("a stream waits for its function")


async def first_batch(since: float) -> Sequence[int]:
    async def send(_arn: str, _document: dict[str, Any]) -> None:
        raise AssertionError("nothing is given up")

    function = Function()
    trigger = StreamTrigger("F", TwoRecords.arn, starting_position="LATEST")
    then = begun(trigger, datetime.fromtimestamp(since, UTC))
    poller = StreamPoller(then, function, TwoRecords(), OnFailure("arn", send))
    reading = asyncio.create_task(poller.run())
    event = await function.event
    reading.cancel()
    await asyncio.wait([reading])
    return [record["at"] for record in event["Records"]]


def test_latest_begins_with_the_servers_and_not_when_the_functions_are_built() -> None:
    assert asyncio.run(first_batch(since=5)) == [10, 20]


def test_what_arrived_before_latest_is_left_out() -> None:
    assert asyncio.run(first_batch(since=15)) == [20]
