"""Queues call functions in batches; what succeeded is deleted, what failed comes back."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from samulator.events.sqs.poller import QueuePoller
from samulator.functions.invocation import Invocation, NotInvoked, Trigger
from samulator.servers.aws.client import sqs_client
from samulator.template.model import SqsTrigger


class FakeInvoker:
    """Answers with what `respond` makes of the event, and keeps the events."""

    def __init__(self, respond: Callable[[dict[str, Any]], object]) -> None:
        self.events: list[dict[str, Any]] = []
        self._respond = respond

    async def invoke(self, name: str, payload: bytes, *, trigger: Trigger) -> Invocation:
        event = json.loads(payload)
        self.events.append(event)
        answer = self._respond(event)
        if isinstance(answer, NotInvoked):
            raise answer
        if isinstance(answer, Exception):
            return Invocation(name, "id", b"{}", function_error="Unhandled", status="error")
        return Invocation(name, "id", json.dumps(answer).encode())

    async def invoke_event(self, name: str, payload: bytes, *, trigger: Trigger) -> str:
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


def test_attributes_of_a_message_arrive_in_the_encoding_of_lambda(sqs, queue: str) -> None:
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.send_message(
        QueueUrl=url,
        MessageBody="größe",
        MessageAttributes={
            "text": {"DataType": "String", "StringValue": "ä"},
            "number": {"DataType": "Number.int", "StringValue": "7"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        },
        MessageSystemAttributes={
            "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-1-1"}
        },
    )
    invoker = FakeInvoker(lambda event: None)
    run_poll(queue, invoker, sqs)
    (record,) = invoker.events[0]["Records"]
    assert record["body"] == "größe"
    assert record["md5OfBody"] == hashlib.md5("größe".encode()).hexdigest()
    empty = {"stringListValues": [], "binaryListValues": []}
    assert record["messageAttributes"] == {
        "text": {"dataType": "String", "stringValue": "ä", **empty},
        "number": {"dataType": "Number.int", "stringValue": "7", **empty},
        "bytes": {"dataType": "Binary", "binaryValue": "AP8=", **empty},
    }
    assert len(record["md5OfMessageAttributes"]) == 32
    attributes = record["attributes"]
    assert attributes["AWSTraceHeader"] == "Root=1-1-1"
    assert attributes.keys() == {
        "AWSTraceHeader",
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "SenderId",
        "SentTimestamp",
    }
    assert all(isinstance(value, str) for value in attributes.values())


def test_messages_of_a_fifo_queue_keep_their_order_and_say_their_group(sqs) -> None:
    name = f"q-{uuid4().hex}.fifo"
    url = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]
    for number in range(12):
        sqs.send_message(
            QueueUrl=url,
            MessageBody=str(number),
            MessageGroupId="g",
            MessageDeduplicationId=f"d{number}",
        )
    invoker = FakeInvoker(lambda event: None)

    async def poll_twice() -> list[int]:
        poller = QueuePoller(SqsTrigger("Worker", name), invoker, sqs)
        return [await poller.poll(), await poller.poll()]

    assert asyncio.run(poll_twice()) == [10, 2]
    records = [record for event in invoker.events for record in event["Records"]]
    assert [record["body"] for record in records] == [str(number) for number in range(12)]
    assert records[3]["attributes"]["MessageGroupId"] == "g"
    assert records[3]["attributes"]["MessageDeduplicationId"] == "d3"
    assert len({record["attributes"]["SequenceNumber"] for record in records}) == 12


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
