"""Tumbling windows of a stream: which records are of one, its state, its last invocation."""

import asyncio
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from samulator.events.streams.batch import BatchRun
from samulator.events.streams.discarded import Discarded
from samulator.events.streams.lane import Lane
from samulator.events.streams.poller import OnFailure, StreamPoller
from samulator.events.streams.record import StreamRecord
from samulator.events.streams.source import Page
from samulator.events.streams.tumbling import TumblingWindows
from samulator.functions.invocation import Invocation, Trigger
from samulator.template.model_stream import StreamTrigger
from testkit.sqs_double import START, SetClock

STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
Event = dict[str, Any]
Respond = Callable[[Event, int], object]


def record(number: int, at: float, *, size: int = 1) -> StreamRecord:
    """One that arrived `at` seconds after noon."""
    content = {"n": number, "data": "x" * size}
    return StreamRecord(str(number), f"k{number}", START.timestamp() + at, content)


def counted(event: Event, _before: int) -> Event:
    """What the usual function returns: how many records the window had so far."""
    return {"state": {"count": event["state"].get("count", 0) + len(event["Records"])}}


class Function:
    """Answers by `respond(event, how many invokes before)`; an error is a failed invoke."""

    def __init__(self, respond: Respond) -> None:
        self.events: list[Event] = []
        self._respond = respond

    async def invoke(self, name: str, payload: bytes, *, trigger: Trigger) -> Invocation:
        event = json.loads(payload)
        self.events.append(event)
        answer = self._respond(event, len(self.events) - 1)
        if isinstance(answer, Exception):
            return Invocation(name, "id", b"{}", function_error="Unhandled", status="error")
        return Invocation(name, "id", json.dumps(answer).encode())

    async def invoke_event(self, name: str, payload: bytes, *, trigger: Trigger) -> str:
        raise AssertionError("streams are read synchronously")

    @property
    def seen(self) -> list[tuple[list[int], Event]]:
        """The records of each event, and its state."""
        return [([item["n"] for item in event["Records"]], event["state"]) for event in self.events]


class Shard:
    """One whose records a test puts; what is given up is kept."""

    def __init__(self, function: Function, **settings: Any) -> None:
        self.given_up: list[Discarded] = []
        self.clock = SetClock()
        trigger = StreamTrigger("Worker", STREAM, tumbling_window=60, **settings)
        windows = TumblingWindows(60, "shardId-1", lambda: STREAM)
        run = BatchRun(trigger, function, self._discard, self.clock, windows=windows)
        self.lane = Lane(trigger, run, self.clock, windows=windows)

    async def _discard(self, discarded: Discarded) -> None:
        self.given_up.append(discarded)

    def is_read_until(self, at: float) -> None:
        self.lane.known_until(START.timestamp() + at)


def run(
    records: Sequence[StreamRecord], respond: Respond = counted, **settings: Any
) -> tuple[Function, list[Discarded]]:
    """Reads a shard that has these records and is closed."""
    function = Function(respond)

    async def work() -> list[Discarded]:
        shard = Shard(function, **settings)
        for item in records:
            shard.lane.put(item)
        working = asyncio.create_task(shard.lane.work())
        shard.is_read_until(math.inf)
        await shard.lane.drained()
        working.cancel()
        return shard.given_up

    return function, asyncio.run(work())


def test_each_invocation_gets_the_state_that_the_last_one_returned() -> None:
    function, _ = run([record(n, at=n) for n in range(5)], batch_size=2)
    assert function.seen == [
        ([0, 1], {}),
        ([2, 3], {"count": 2}),
        ([4], {"count": 4}),
        ([], {"count": 5}),
    ]


def test_an_event_says_which_window_it_is_of() -> None:
    function, _ = run([record(1, at=61)])
    first, last = function.events
    assert first.pop("Records") == [{"n": 1, "data": "x"}]
    expected = {
        "window": {"start": "2026-11-23T12:01:00Z", "end": "2026-11-23T12:02:00Z"},
        "state": {},
        "shardId": "shardId-1",
        "eventSourceARN": STREAM,
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
    }
    assert first == expected
    assert last == {
        **expected,
        "Records": [],
        "state": {"count": 1},
        "isFinalInvokeForWindow": True,
    }


def test_a_batch_has_records_of_one_window_and_the_next_window_begins_without_a_state() -> None:
    function, _ = run([record(1, at=58), record(2, at=59.9), record(3, at=60), record(4, at=200)])
    assert function.seen == [
        ([1, 2], {}),
        ([], {"count": 2}),
        ([3], {}),
        ([], {"count": 1}),
        ([4], {}),
        ([], {"count": 1}),
    ]
    assert [event["isFinalInvokeForWindow"] for event in function.events] == [False, True] * 3
    starts = [event["window"]["start"][11:16] for event in function.events[::2]]
    assert starts == ["12:00", "12:01", "12:03"]


def test_a_window_ends_when_the_shard_has_been_read_until_its_end() -> None:
    async def work() -> None:
        function = Function(counted)
        shard = Shard(function)
        shard.lane.put(record(1, at=1))
        await shard.lane.next_batch()
        ending = asyncio.create_task(shard.lane.next_batch())
        for at in (1, 30, 59.9):
            shard.is_read_until(at)
            # The lane looks, and waits on.
            for _ in range(5):
                await asyncio.sleep(0)
            assert len(function.events) == 1
        shard.is_read_until(60)
        await ending
        assert function.seen[1:] == [([], {"count": 1})]
        assert function.events[1]["isFinalInvokeForWindow"]

    asyncio.run(work())


def test_no_batch_waits_longer_than_its_tumbling_window() -> None:
    async def work() -> None:
        function = Function(counted)
        shard = Shard(function, batching_window=300)
        shard.clock.due[5] = lambda: shard.is_read_until(60)
        shard.lane.put(record(1, at=55))
        await shard.lane.next_batch()
        assert function.seen == [([1], {})]
        assert shard.clock.seconds < 6

    asyncio.run(work())


def test_a_failed_batch_is_tried_again_with_the_state_from_before_it() -> None:
    def respond(event: Event, before: int) -> object:
        return RuntimeError() if before in (1, 2) else counted(event, before)

    function, _ = run([record(n, at=n) for n in range(4)], respond, batch_size=2)
    assert function.seen == [
        ([0, 1], {}),
        *[([2, 3], {"count": 2})] * 3,
        ([], {"count": 4}),
    ]


def test_halves_of_a_batch_hand_the_state_on() -> None:
    def respond(event: Event, before: int) -> object:
        return RuntimeError() if len(event["Records"]) == 4 else counted(event, before)

    function, _ = run([record(n, at=n) for n in range(4)], respond, bisects=True)
    assert function.seen == [
        ([0, 1, 2, 3], {}),
        ([0, 1], {}),
        ([2, 3], {"count": 2}),
        ([], {"count": 4}),
    ]


def test_items_that_failed_are_told_beside_the_state() -> None:
    def respond(event: Event, before: int) -> object:
        if before == 0:
            return {"state": {"count": 1}, "batchItemFailures": [{"itemIdentifier": "1"}]}
        return {**counted(event, before), "batchItemFailures": []}

    function, _ = run([record(n, at=n) for n in range(3)], respond, report_batch_item_failures=True)
    assert function.seen == [([0, 1, 2], {}), ([1, 2], {"count": 1}), ([], {"count": 3})]


def test_a_batch_of_which_nothing_succeeded_leaves_the_state() -> None:
    def respond(event: Event, before: int) -> object:
        if before == 0:
            return {"state": {"count": 9}, "batchItemFailures": [{"itemIdentifier": "0"}]}
        return counted(event, before)

    function, _ = run([record(0, at=0)], respond, report_batch_item_failures=True)
    assert function.seen == [([0], {}), ([0], {}), ([], {"count": 1})]


@pytest.mark.parametrize("response", [None, "done", [], {}, {"state": None}, {"state": "text"}])
def test_a_response_without_a_state_is_a_failure_and_said(
    response: object, caplog: pytest.LogCaptureFixture
) -> None:
    function, given_up = run(
        [record(1, at=1)],
        lambda event, before: response if before < 2 else counted(event, before),
        maximum_retry_attempts=1,
        place="Worker.Events.Orders",
    )
    assert function.seen == [([1], {}), ([1], {}), ([], {})]
    assert [item.condition for item in given_up] == ["RetryAttemptsExhausted"]
    assert "Worker: the batch counts as failed, its response has no object `state`" in caplog.text
    assert "TumblingWindowInSeconds of Worker.Events.Orders" in caplog.text


def test_the_last_invocation_is_tried_again_and_the_stream_waits_for_it() -> None:
    def respond(event: Event, before: int) -> object:
        return RuntimeError() if before in (1, 2) else counted(event, before)

    function, _ = run([record(1, at=1), record(2, at=61)], respond)
    assert function.seen == [([1], {}), *[([], {"count": 1})] * 3, ([2], {}), ([], {"count": 1})]


def test_a_last_invocation_that_failed_too_often_is_given_up_and_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def respond(event: Event, before: int) -> object:
        return counted(event, before) if event["Records"] else RuntimeError()

    function, given_up = run([record(1, at=1), record(2, at=61)], respond, maximum_retry_attempts=1)
    assert function.seen == [
        ([1], {}),
        *[([], {"count": 1})] * 2,
        ([2], {}),
        *[([], {"count": 1})] * 2,
    ]
    assert not given_up
    assert "Worker: the state of a window of orders is given up" in caplog.text


def test_a_state_that_is_too_large_terminates_its_window_early(
    caplog: pytest.LogCaptureFixture,
) -> None:
    large = {"text": "x" * (1024 * 1024 - len('{"text":""}') + 1)}

    def respond(event: Event, before: int) -> object:
        return {"state": large} if before == 0 else counted(event, before)

    function, _ = run([record(n, at=n) for n in range(2)], respond, batch_size=1)
    assert function.seen == [([0], {}), ([], large), ([1], {}), ([], {"count": 1})]
    assert [
        (event["isFinalInvokeForWindow"], event["isWindowTerminatedEarly"])
        for event in function.events
    ] == [(False, False), (False, True), (False, False), (True, False)]
    assert len({event["window"]["start"] for event in function.events}) == 1
    assert "Worker: the state of a window of orders is over 1 MB" in caplog.text


def test_a_state_of_1_mb_is_kept() -> None:
    large = {"text": "x" * (1024 * 1024 - len('{"text":""}'))}
    function, _ = run([record(0, at=0)], lambda _event, _before: {"state": large})
    assert function.seen == [([0], {}), ([], large)]


def test_a_batch_and_its_state_are_no_more_than_lambda_takes() -> None:
    large = {"text": "x" * 1_000_000}
    records = [record(n, at=n, size=size) for n, size in enumerate([1, 3_000_000, 2_500_000])]
    function, _ = run(records, lambda _event, _before: {"state": large}, batch_size=3)
    assert [numbers for numbers, _ in function.seen] == [[0, 1, 2], []]
    # The state of the first batch leaves less room in the second.
    records = [record(0, at=0, size=6_000_000), *records[1:]]
    function, _ = run(records, lambda _event, _before: {"state": large}, batch_size=3)
    assert [numbers for numbers, _ in function.seen] == [[0], [1], [2], []]


class Pages:
    """A Source of a shard that stays open; a record is there as soon as it arrived."""

    arn = STREAM

    def __init__(self, clock: SetClock, records: Sequence[StreamRecord]) -> None:
        self._clock = clock
        self._records = records

    def created(self) -> str:
        return "now"

    def shards(self) -> list[str]:
        return ["shardId-1"]

    def beginning(self, shard: str) -> str:
        return "0"

    def read(self, shard: str, position: str, limit: int) -> Page:
        now = self._clock.now().timestamp()
        there = [item for item in self._records if item.arrived <= now][int(position) :]
        return Page(there[:limit], str(int(position) + len(there[:limit])))


def test_an_idle_shard_ends_its_window_and_has_one_state() -> None:
    async def work() -> Function:
        async def send(_arn: str, _document: dict[str, Any]) -> None:
            raise AssertionError("nothing is given up")

        ended = asyncio.Event()

        def respond(event: Event, before: int) -> object:
            if event["isFinalInvokeForWindow"]:
                ended.set()
            return counted(event, before)

        function = Function(respond)
        clock = SetClock()
        # Records of one key each: with more than one lane each would have a state of its own.
        trigger = StreamTrigger("Worker", STREAM, tumbling_window=60, parallelization_factor=10)
        source = Pages(clock, [record(n, at=n) for n in range(1, 5)])
        poller = StreamPoller(trigger, function, source, OnFailure("arn", send), clock=clock)
        reading = asyncio.create_task(poller.run())
        await ended.wait()
        reading.cancel()
        await asyncio.wait([reading])
        return function

    function = asyncio.run(work())
    assert [number for numbers, _ in function.seen for number in numbers] == [1, 2, 3, 4]
    assert function.seen[-1] == ([], {"count": 4})
