"""Queues call functions in batches; what succeeded is deleted, what failed comes back."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import EndpointConnectionError

from local.resources import sqs_client
from local.runtime.invocation import Invocation, NotInvoked, PayloadTooLarge, Throttled
from local.template.model import SqsTrigger
from local.triggers.sqs import QueuePoller, failed_items


class FakeInvoker:
    """Answers with what `respond` makes of the event, and keeps the events."""

    def __init__(self, respond: Callable[[dict[str, Any]], object]) -> None:
        self.events: list[dict[str, Any]] = []
        self._respond = respond

    async def invoke(
        self, name: str, payload: bytes, *, client_context: str | None = None
    ) -> Invocation:
        event = json.loads(payload)
        self.events.append(event)
        answer = self._respond(event)
        if isinstance(answer, NotInvoked):
            raise answer
        if isinstance(answer, Exception):
            return Invocation(name, "id", b"{}", function_error="Unhandled", status="error")
        return Invocation(name, "id", json.dumps(answer).encode())

    async def invoke_event(self, name: str, payload: bytes) -> str:
        raise AssertionError("queues are polled synchronously")


@pytest.fixture
def sqs(services):
    return sqs_client(services.aws.url, "us-east-1")


@pytest.fixture
def queue(sqs) -> str:
    name = f"q-{uuid4().hex}"
    sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})
    return name


def send(sqs, queue: str, *bodies: str) -> None:
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    for body in bodies:
        sqs.send_message(
            QueueUrl=url,
            MessageBody=body,
            MessageAttributes={"kind": {"DataType": "String", "StringValue": "test"}},
        )


def remaining(sqs, queue: str) -> int:
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(answer[name]) for name in names)


async def poll(queue: str, invoker: FakeInvoker, sqs, **options: object) -> int:
    return await QueuePoller(SqsTrigger("Worker", queue, **options), invoker, sqs).poll()


def run_poll(queue: str, invoker: FakeInvoker, sqs, **options: object) -> int:
    return asyncio.run(poll(queue, invoker, sqs, **options))


def test_a_batch_arrives_as_lambda_sends_it_and_is_deleted(sqs, queue: str) -> None:
    send(sqs, queue, "one", "two")
    invoker = FakeInvoker(lambda event: None)
    assert run_poll(queue, invoker, sqs) == 2
    record = invoker.events[0]["Records"][0]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == f"arn:aws:sqs:us-east-1:123456789012:{queue}"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["kind"]["stringValue"] == "test"
    assert {record["body"] for record in invoker.events[0]["Records"]} == {"one", "two"}
    assert remaining(sqs, queue) == 0


def test_an_empty_queue_calls_nobody(sqs, queue: str) -> None:
    invoker = FakeInvoker(lambda event: None)
    assert run_poll(queue, invoker, sqs) == 0
    assert not invoker.events


def test_a_batch_is_never_larger_than_asked(sqs, queue: str) -> None:
    send(sqs, queue, "1", "2", "3")
    invoker = FakeInvoker(lambda event: None)
    assert run_poll(queue, invoker, sqs, batch_size=2) == 2
    assert remaining(sqs, queue) == 1


def test_a_failed_batch_stays_in_the_queue(sqs, queue: str) -> None:
    send(sqs, queue, "one", "two")
    run_poll(queue, FakeInvoker(lambda event: RuntimeError()), sqs)
    assert remaining(sqs, queue) == 2


def test_a_partial_failure_keeps_only_what_failed(sqs, queue: str) -> None:
    send(sqs, queue, "good", "bad")

    def fail_bad(event: dict[str, Any]) -> object:
        failed = [record for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in failed]}

    run_poll(queue, FakeInvoker(fail_bad), sqs, report_batch_item_failures=True)
    assert remaining(sqs, queue) == 1


def test_an_invalid_partial_response_fails_the_whole_batch(sqs, queue: str) -> None:
    send(sqs, queue, "one", "two")
    wrong = FakeInvoker(lambda event: {"batchItemFailures": [{"itemIdentifier": "nobody"}]})
    run_poll(queue, wrong, sqs, report_batch_item_failures=True)
    assert remaining(sqs, queue) == 2


@pytest.mark.parametrize(
    ("payload", "failed"),
    [
        (b"null", set()),
        (b"{}", set()),
        (b'{"batchItemFailures": []}', set()),
        (b'{"batchItemFailures": null}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', None),
        (b'{"batchItemFailures": ["a"]}', None),
        (b'{"batchItemFailures": "a"}', None),
    ],
)
def test_partial_responses_are_read_as_lambda_reads_them(
    payload: bytes, failed: set[str] | None
) -> None:
    assert failed_items(payload, {"a", "b"}) == failed


def test_a_queue_out_of_reach_is_said_once_and_asked_again(caplog) -> None:
    asked = []

    class Nobody:
        def get_queue_url(self, **_arguments: object) -> None:
            asked.append(1)
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    async def poll_for(seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await QueuePoller(SqsTrigger("F", "orders"), None, Nobody()).run()

    asyncio.run(poll_for(1.5))
    assert len(asked) > 1
    assert len(caplog.messages) == 1
    assert "orders" in caplog.messages[0]


@pytest.mark.parametrize("refusal", [Throttled("reserves none"), PayloadTooLarge("7 MB")])
def test_a_batch_that_lambda_refuses_is_logged_and_becomes_visible_again(
    sqs, queue: str, caplog: pytest.LogCaptureFixture, refusal: NotInvoked
) -> None:
    send(sqs, queue, "one")
    refusals = [refusal]
    invoker = FakeInvoker(lambda event: refusals.pop() if refusals else None)

    async def poll_until_accepted() -> None:
        work = asyncio.create_task(QueuePoller(SqsTrigger("Worker", queue), invoker, sqs).run())
        async with asyncio.timeout(10):
            while len(invoker.events) < 2 or remaining(sqs, queue):
                assert not work.done()
                await asyncio.sleep(0.05)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work

    asyncio.run(poll_until_accepted())

    assert [event["Records"][0]["body"] for event in invoker.events] == ["one", "one"]
    assert f"queue {queue}: {refusal}" in caplog.text


def test_a_batch_response_that_is_no_json_fails_the_whole_batch() -> None:
    assert failed_items(b"<html>", {"a"}) is None
