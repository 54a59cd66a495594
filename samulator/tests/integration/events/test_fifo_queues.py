"""FIFO queues number their messages and take none twice, whether or not the first is gone."""

from typing import Any
from uuid import uuid4

import pytest

from testkit.event_app import EventApp


@pytest.fixture
def queue(app: EventApp) -> str:
    return app.queue(f"q-{uuid4().hex}.fifo", FifoQueue="true", ContentBasedDeduplication="true")


def send(app: EventApp, queue: str, body: str, group: str = "g", **options: Any) -> None:
    sqs = app.client("sqs")
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[1])["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **options)


def test_numbers_grow_with_the_messages(app: EventApp, queue: str) -> None:
    for number in range(12):
        send(app, queue, str(number))
    found = app.messages(queue)
    assert [message["Body"] for message in found] == [str(number) for number in range(12)]
    numbers = [int(message["Attributes"]["SequenceNumber"]) for message in found]
    assert numbers == sorted({*numbers})
    assert {len(str(number)) for number in numbers} == {20}


def test_a_message_that_was_handled_is_not_taken_again(app: EventApp, queue: str) -> None:
    send(app, queue, "once")
    assert len(app.messages(queue)) == 1
    send(app, queue, "once")
    send(app, queue, "other", MessageDeduplicationId="own")
    send(app, queue, "more", MessageDeduplicationId="own")
    assert [message["Body"] for message in app.messages(queue)] == ["other"]


def test_groups_may_be_told_apart(app: EventApp) -> None:
    queue = app.queue(
        f"q-{uuid4().hex}.fifo",
        FifoQueue="true",
        ContentBasedDeduplication="true",
        DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId",
    )
    for group in ("a", "b", "a"):
        send(app, queue, "same", group)
    groups = [message["Attributes"]["MessageGroupId"] for message in app.messages(queue)]
    assert groups == ["a", "b"]
