"""Batches of a queue: how they are cut, when they are due, what order they keep."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samulator.events.sqs.event import Batch, read_record
from samulator.events.sqs.poller import QueuePoller
from samulator.functions.failure import REQUEST_LIMIT
from samulator.functions.invocation import (
    Invocation,
    NotInvoked,
    PayloadTooLarge,
    Throttled,
    Trigger,
    UnknownFunction,
)
from samulator.template.model import SqsTrigger
from testkit.sqs_double import SetClock, SqsDouble

ARN = "arn:aws:sqs:us-east-1:123456789012:work"
# What a body becomes in the event: 2 bytes for a quote, 6 for a control character.
_CONTROL = "\u0001"


class Handler:
    """A function that refuses what Lambda refuses and fails the bodies in `failing`."""

    def __init__(
        self, clock: SetClock, *, failing: set[str] = frozenset(), takes: float = 0
    ) -> None:
        self.bodies: list[list[str]] = []
        self.times: list[float] = []
        self.refusals: list[NotInvoked] = []
        self.running = self.most_running = 0
        self.barrier: Callable[[], Any] | None = None
        self._clock = clock
        self._failing = failing
        self._takes = takes

    async def invoke(self, name: str, payload: bytes, *, trigger: Trigger) -> Invocation:
        if self.refusals:
            raise self.refusals.pop()
        if len(payload) > REQUEST_LIMIT:
            raise PayloadTooLarge(f"{len(payload)} byte payload is too large")
        bodies = [record["body"] for record in json.loads(payload)["Records"]]
        self.bodies.append(bodies)
        self.times.append(self._clock.seconds)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        self._clock.pass_by(self._takes)
        if self.barrier is not None:
            await self.barrier()
        self.running -= 1
        failed = bool(self._failing.intersection(bodies))
        return Invocation(name, "id", b"null", function_error="Unhandled" if failed else None)

    async def invoke_event(self, name: str, payload: bytes, *, trigger: Trigger) -> str:
        raise AssertionError("queues are polled synchronously")


def poll_until_empty(
    sqs: SqsDouble, handler: Handler, *, queue: str = "work", **options: object
) -> None:
    """Polls until the queue holds nothing, some hundred times at most."""

    async def poll() -> None:
        poller = QueuePoller(SqsTrigger("F", queue, **options), handler, sqs, clock=sqs.clock)
        for _ in range(300):
            await poller.poll()
            if not sqs.messages:
                return
        raise AssertionError(f"{len(sqs.messages)} messages are left")

    asyncio.run(poll())


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def sqs(clock: SetClock) -> SqsDouble:
    return SqsDouble(clock)


def test_a_batch_over_six_megabytes_is_cut_and_the_rest_comes_next(clock, sqs) -> None:
    bodies = [f"{number:02}" + "x" * 240_000 for number in range(40)]
    sqs.send(*bodies)
    handler = Handler(clock)

    poll_until_empty(sqs, handler, batch_size=100, batching_window=2)

    assert [len(batch) for batch in handler.bodies] == [26, 14]
    assert [body for batch in handler.bodies for body in batch] == bodies


def test_the_escapes_of_json_count(clock, sqs) -> None:
    sqs.send(*[f"{number}" + '"' * 1_000_000 for number in range(6)])
    handler = Handler(clock)

    poll_until_empty(sqs, handler)

    assert [len(batch) for batch in handler.bodies] == [3, 3]


def test_a_message_that_no_event_holds_ends_as_dead_letter_and_the_others_go_on(
    clock, sqs, caplog: pytest.LogCaptureFixture
) -> None:
    sqs.maximum = 2
    giant = _CONTROL * 1_048_576
    sqs.send("before", giant, "after")
    handler = Handler(clock)

    poll_until_empty(sqs, handler)

    assert sorted(body for batch in handler.bodies for body in batch) == ["after", "before"]
    assert sqs.dead == [giant]
    assert "queue work: 6291" in caplog.text


@pytest.mark.parametrize("refusal", [Throttled("reserves none"), UnknownFunction("no F")])
def test_a_batch_that_lambda_refuses_is_logged_and_becomes_visible_again(
    clock, sqs, caplog: pytest.LogCaptureFixture, refusal: NotInvoked
) -> None:
    sqs.send("one", "two")
    handler = Handler(clock)
    handler.refusals.append(refusal)

    poll_until_empty(sqs, handler)

    assert handler.bodies == [["one", "two"]]
    assert sqs.visibility <= handler.times[0] <= sqs.visibility + 1
    assert f"queue work: {refusal}" in caplog.text


@given(
    st.lists(
        st.tuples(st.sampled_from(["x", '"', "é", "\n", "漢"]), st.integers(0, 900_000)),
        min_size=1,
        max_size=15,
    ),
    st.integers(1, 12),
)
@settings(max_examples=20, deadline=None)
def test_every_event_fits_and_none_could_hold_the_next_message(
    sizes: list[tuple[str, int]], count: int
) -> None:
    records = [
        read_record(
            {
                "MessageId": f"m{number}",
                "ReceiptHandle": "r",
                "Body": character * (size // len(character.encode())),
                "MD5OfBody": "0",
            },
            ARN,
            received=0,
        )
        for number, (character, size) in enumerate(sizes)
    ]
    waiting = deque(records)
    seen = []
    while waiting:
        batch = Batch(count)
        batch.fill(waiting)
        event = batch.event()
        assert len(event) <= REQUEST_LIMIT
        seen += [record["messageId"] for record in json.loads(event)["Records"]]
        if waiting and batch.room:
            assert len(event) + 1 + len(waiting[0].content) > REQUEST_LIMIT
    assert seen == [record.id for record in records]


def test_an_event_of_exactly_the_limit_is_one_batch_and_a_byte_more_is_two() -> None:
    def records(extra: int) -> deque[Any]:
        message = {"MessageId": "m", "ReceiptHandle": "r", "Body": "", "MD5OfBody": "0"}
        empty = len(read_record(message, ARN, received=0).content)
        room = REQUEST_LIMIT - len('{"Records":[,]}') - 2 * empty + extra
        return deque(
            read_record({**message, "Body": "x" * size}, ARN, received=0)
            for size in (room // 2, room - room // 2)
        )

    fitting, over = records(0), records(1)
    batch = Batch(10)
    batch.fill(fitting)
    assert len(batch.event()) == REQUEST_LIMIT
    assert not fitting
    Batch(10).fill(over)
    assert len(over) == 1


def test_a_batching_window_is_waited_for_from_the_first_message_on(clock, sqs) -> None:
    clock.due = {
        10.0: lambda: sqs.send("first"),
        12.0: lambda: sqs.send("second"),
        16.0: lambda: sqs.send("third"),
    }
    handler = Handler(clock)

    async def poll_three_times() -> None:
        poller = QueuePoller(
            SqsTrigger("F", "work", batch_size=50, batching_window=5), handler, sqs, clock=clock
        )
        while len(handler.bodies) < 2:
            await poller.poll()

    asyncio.run(poll_three_times())

    assert handler.bodies == [["first", "second"], ["third"]]
    assert 15 <= handler.times[0] < 16


def test_without_a_window_what_is_there_goes_at_once(clock, sqs) -> None:
    sqs.send("one", "two")
    handler = Handler(clock)
    poll_until_empty(sqs, handler)
    assert handler.bodies == [["one", "two"]]
    assert clock.seconds == 0


def test_what_did_not_fit_is_due_with_the_window_of_its_own_receive(clock, sqs) -> None:
    sqs.send(*["x" * 1_000_000 for _ in range(8)])
    handler = Handler(clock, takes=4)

    poll_until_empty(sqs, handler, batch_size=50, batching_window=20)

    assert [len(batch) for batch in handler.bodies] == [6, 2]
    # Four seconds of the first invoke, and what was left of the window.
    assert 20 <= handler.times[1] < 21


def test_what_waited_is_invisible_for_a_whole_timeout_once_its_turn_comes(clock, sqs) -> None:
    sqs.visibility = 30
    sqs.send(*[f"{number}" + "x" * 1_000_000 for number in range(8)])
    handler = Handler(clock, takes=25)

    poll_until_empty(sqs, handler)

    bodies = [body[0] for batch in handler.bodies for body in batch]
    assert bodies == list("01234567")
    assert sqs.receives <= 3


def test_what_became_visible_while_it_waited_is_received_anew_not_handled_twice(clock, sqs) -> None:
    sqs.send(*[f"{number}" + "x" * 1_000_000 for number in range(8)])
    handler = Handler(clock, takes=40)

    poll_until_empty(sqs, handler)

    assert [body[0] for batch in handler.bodies for body in batch] == list("01234567")


def test_a_batch_of_a_thousand_is_gathered(clock, sqs) -> None:
    sqs.send(*[f"{number}" for number in range(1_001)])
    handler = Handler(clock)
    poll_until_empty(sqs, handler, batch_size=1_000, batching_window=1)
    assert [len(batch) for batch in handler.bodies] == [1_000, 1]


def test_a_group_of_a_fifo_queue_waits_for_what_failed_in_it(clock, sqs) -> None:
    half = "x" * 1_000_000
    # Six fit into one event: a1 fails it, so a2 and b3, b4 have to wait for their groups.
    for group, name in [("a", "a1"), *[("b", f"b{n}") for n in range(5)], ("a", "a2"), ("c", "c1")]:
        sqs.send(name + half, group=group)
    handler = Handler(clock, failing={"a1" + half})

    async def poll_once() -> int:
        poller = QueuePoller(SqsTrigger("F", "work.fifo"), handler, sqs, clock=clock)
        return await poller.poll()

    assert asyncio.run(poll_once()) == 6
    shown = [[body[:2] for body in batch] for batch in handler.bodies]
    assert shown == [["a1", "b0", "b1", "b2", "b3", "b4"], ["c1"]]


def test_messages_of_a_fifo_group_are_handled_in_order_over_cut_batches(clock, sqs) -> None:
    sqs.send(*[f"{number}" + "x" * 1_000_000 for number in range(10)], group="g")
    handler = Handler(clock)

    poll_until_empty(sqs, handler, queue="work.fifo")

    assert [[body[0] for body in batch] for batch in handler.bodies] == [
        list("012345"),
        list("6789"),
    ]


def test_no_more_batches_than_the_concurrency_are_with_the_function(clock, sqs) -> None:
    sqs.send(*[f"{number}" for number in range(9)])
    handler = Handler(clock)

    async def run() -> None:
        together = asyncio.Event()

        async def wait_for_the_others() -> None:
            if handler.running == 3:
                together.set()
            await together.wait()

        handler.barrier = wait_for_the_others
        trigger = SqsTrigger("F", "work", batch_size=1)
        poller = QueuePoller(trigger, handler, sqs, concurrency=3, clock=clock)
        work = asyncio.create_task(poller.run())
        async with asyncio.timeout(30):
            while sqs.messages:
                await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(run())

    assert handler.most_running == 3
    assert sorted(body for batch in handler.bodies for body in batch) == list("012345678")


def test_a_queue_out_of_reach_is_said_once_and_asked_again(
    clock, sqs, caplog: pytest.LogCaptureFixture
) -> None:
    sqs.outage = 3
    sqs.send("one")
    handler = Handler(clock)

    async def run() -> None:
        work = asyncio.create_task(
            QueuePoller(SqsTrigger("F", "orders"), handler, sqs, clock=clock).run()
        )
        async with asyncio.timeout(30):
            while sqs.messages:
                await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    caplog.set_level(logging.WARNING)
    asyncio.run(run())

    assert handler.bodies == [["one"]]
    assert len(caplog.messages) == 1
    assert "orders" in caplog.messages[0]


def test_what_no_filter_lets_through_is_deleted_and_the_rest_is_handled(clock, sqs) -> None:
    sqs.send(*[json.dumps({"kind": "ab"[number % 2], "n": number}) for number in range(25)])
    sqs.send("no JSON")
    handler = Handler(clock)

    poll_until_empty(
        sqs,
        handler,
        filters=('{"body": {"kind": ["b"]}}', '{"body": {"n": [{"numeric": ["<", 2]}]}}'),
    )

    numbers = [json.loads(body)["n"] for batch in handler.bodies for body in batch]
    assert numbers == [0, *range(1, 25, 2)]
