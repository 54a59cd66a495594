"""What becomes of a batch of a stream: retries, halves, partial failures, age, destinations."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from samulator.events.streams.batch import BatchRun
from samulator.events.streams.discarded import Discarded, record_of
from samulator.events.streams.lane import Lane
from samulator.events.streams.record import StreamRecord
from samulator.functions.invocation import Invocation, Throttled, Trigger
from samulator.template.model_stream import StreamTrigger
from testkit.sqs_double import START, SetClock

STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"


def record(number: int, *, age: float = 0, size: int = 1) -> StreamRecord:
    arrived = START.timestamp() - age
    content = {"n": number, "data": "x" * size}
    return StreamRecord(str(number), "key", arrived, content)


class Function:
    """Answers by `respond(numbers, how many invokes before)`; an error is a failed invoke."""

    def __init__(self, respond: Callable[[list[int], int], object]) -> None:
        self.batches: list[list[int]] = []
        self._respond = respond

    async def invoke(self, name: str, payload: bytes, *, trigger: Trigger) -> Invocation:
        assert trigger is Trigger.STREAM
        numbers = [item["n"] for item in json.loads(payload)["Records"]]
        self.batches.append(numbers)
        answer = self._respond(numbers, len(self.batches) - 1)
        if isinstance(answer, Throttled):
            raise answer
        if isinstance(answer, Exception):
            return Invocation(name, "id", b"{}", function_error="Unhandled", status="error")
        return Invocation(name, "id", json.dumps(answer).encode())

    async def invoke_event(self, name: str, payload: bytes, *, trigger: Trigger) -> str:
        raise AssertionError("streams are read synchronously")


def run(
    function: Function, records: list[StreamRecord], clock: SetClock | None = None, **settings: Any
) -> list[Discarded]:
    """Runs one batch to its end; returns what was given up."""
    given_up: list[Discarded] = []

    async def discard(discarded: Discarded) -> None:
        given_up.append(discarded)

    trigger = StreamTrigger("Worker", STREAM, **settings)
    batch = BatchRun(trigger, function, discard, clock or SetClock())
    asyncio.run(batch.run(records))
    return given_up


def failing(*bad: int) -> Callable[[list[int], int], object]:
    return lambda numbers, _before: RuntimeError() if set(bad) & {*numbers} else None


def test_a_batch_that_succeeds_is_invoked_once() -> None:
    function = Function(failing())
    assert not run(function, [record(1), record(2)])
    assert function.batches == [[1, 2]]


def test_a_failure_is_tried_again_as_it_was_until_it_succeeds() -> None:
    function = Function(lambda _numbers, before: RuntimeError() if before < 4 else None)
    clock = SetClock()
    assert not run(function, [record(1), record(2)], clock)
    assert function.batches == [[1, 2]] * 5
    assert clock.seconds == 0.5 + 1 + 2 + 4


def test_retries_end_with_the_whole_batch_given_up() -> None:
    function = Function(failing(2))
    (given_up,) = run(function, [record(1), record(2)], maximum_retry_attempts=2)
    assert function.batches == [[1, 2]] * 3
    assert [item.sequence_number for item in given_up.records] == ["1", "2"]
    assert (given_up.condition, given_up.attempts) == ("RetryAttemptsExhausted", 3)


def test_halves_single_out_the_record_that_fails() -> None:
    function = Function(failing(3))
    (given_up,) = run(
        function, [record(n) for n in range(1, 5)], bisects=True, maximum_retry_attempts=1
    )
    assert function.batches == [[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]]
    assert [item.sequence_number for item in given_up.records] == ["3"]
    assert given_up.attempts == 2


def test_records_before_the_first_failed_one_are_not_sent_again() -> None:
    def respond(numbers: list[int], before: int) -> object:
        return (
            {"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "2"}]}
            if (before == 0)
            else {"batchItemFailures": []}
        )

    function = Function(respond)
    assert not run(function, [record(n) for n in range(1, 5)], report_batch_item_failures=True)
    assert function.batches == [[1, 2, 3, 4], [2, 3, 4]]


def test_partial_failures_count_as_retries_and_only_the_rest_is_given_up() -> None:
    respond = {"batchItemFailures": [{"itemIdentifier": "2"}]}
    function = Function(lambda _numbers, _before: respond)
    (given_up,) = run(
        function,
        [record(n) for n in (1, 2, 3)],
        report_batch_item_failures=True,
        maximum_retry_attempts=2,
    )
    assert function.batches == [[1, 2, 3], [2, 3], [2, 3]]
    assert [item.sequence_number for item in given_up.records] == ["2", "3"]
    assert given_up.last is not None
    assert given_up.last.function_error is None


def test_halving_begins_at_the_record_that_a_partial_response_names() -> None:
    def respond(numbers: list[int], _before: int) -> object:
        failed = [{"itemIdentifier": "3"}] if 3 in numbers else []
        return {"batchItemFailures": failed}

    function = Function(respond)
    (given_up,) = run(
        function,
        [record(n) for n in range(1, 7)],
        report_batch_item_failures=True,
        bisects=True,
        maximum_retry_attempts=0,
    )
    assert function.batches == [[1, 2, 3, 4, 5, 6], [3, 4], [3], [4], [5, 6]]
    assert [item.sequence_number for item in given_up.records] == ["3"]


@pytest.mark.parametrize(
    "response", [{"batchItemFailures": [{"itemIdentifier": "9"}]}, {"batchItemFailures": [{}]}]
)
def test_a_response_that_names_no_record_fails_the_whole_batch(response: object) -> None:
    function = Function(lambda _numbers, before: response if before == 0 else None)
    assert not run(function, [record(1), record(2)], report_batch_item_failures=True)
    assert function.batches == [[1, 2], [1, 2]]


def test_records_that_are_too_old_are_given_up_and_the_others_go_on() -> None:
    function = Function(failing())
    (given_up,) = run(function, [record(1, age=61), record(2)], maximum_record_age=60)
    assert function.batches == [[2]]
    assert (given_up.condition, given_up.attempts, given_up.last) == ("RecordAgeExceeded", 0, None)


def test_records_grow_too_old_while_they_are_tried_again() -> None:
    function = Function(failing(1))
    (given_up,) = run(function, [record(1, age=57)], maximum_record_age=60)
    assert len(function.batches) == 3
    assert given_up.condition == "RecordAgeExceeded"


def test_a_function_that_may_not_run_uses_up_no_attempt() -> None:
    def respond(_numbers: list[int], before: int) -> object:
        return Throttled("none") if before < 5 else None

    function = Function(respond)
    assert not run(function, [record(1)], maximum_retry_attempts=0)
    assert len(function.batches) == 6


def lane_batches(records: list[StreamRecord], clock: SetClock, **settings: Any) -> list[list[int]]:
    async def gather() -> list[list[int]]:
        function = Function(failing())
        trigger = StreamTrigger("Worker", STREAM, **settings)

        async def discard(discarded: Discarded) -> None:
            raise AssertionError(discarded)

        lane = Lane(trigger, BatchRun(trigger, function, discard, clock), clock)
        for item in records:
            lane.put(item)
        working = asyncio.create_task(lane.work())
        await lane.drained()
        working.cancel()
        return function.batches

    return asyncio.run(gather())


def test_a_batch_holds_no_more_than_asked() -> None:
    records = [record(n) for n in range(5)]
    assert lane_batches(records, SetClock(), batch_size=2) == [[0, 1], [2, 3], [4]]


def test_a_batch_waits_for_its_window() -> None:
    clock = SetClock()
    assert lane_batches([record(1)], clock, batching_window=3) == [[1]]
    assert clock.seconds >= 3


def test_a_batch_holds_no_more_bytes_than_lambda_takes() -> None:
    records = [record(n, size=2_500_000) for n in range(3)]
    assert lane_batches(records, SetClock()) == [[0, 1], [2]]


def test_the_record_of_what_is_given_up_says_where_it_is() -> None:
    last = Invocation("Worker", "request", b"{}", function_error="Unhandled")
    document = record_of(
        Discarded([record(1), record(2)], "RetryAttemptsExhausted", 3, last),
        function_arn="arn:f",
        stream=STREAM,
        shard="shardId-1",
    )
    assert document.pop("timestamp").endswith("Z")
    shown = "2026-11-23T12:00:00Z"
    assert document == {
        "version": "1.0",
        "requestContext": {
            "requestId": "request",
            "functionArn": "arn:f",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "KinesisBatchInfo": {
            "shardId": "shardId-1",
            "startSequenceNumber": "1",
            "endSequenceNumber": "2",
            "approximateArrivalOfFirstRecord": shown,
            "approximateArrivalOfLastRecord": shown,
            "batchSize": 2,
            "streamArn": STREAM,
        },
    }
