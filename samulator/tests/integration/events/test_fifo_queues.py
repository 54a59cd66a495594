"""FIFO queues number their messages and take none twice, whether or not the first is gone."""

import json
from typing import Any
from uuid import uuid4

import pytest

from samulator.events.sqs.poller import QueuePoller
from samulator.template.model import SqsTrigger
from testkit.event_app import EventApp
from testkit.timing import wait_until


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


def test_a_filter_drops_messages_and_keeps_the_order_of_the_others(
    app: EventApp, queue: str
) -> None:
    name = queue.rsplit(":", 1)[1]
    for number in range(6):
        send(app, queue, json.dumps({"n": number, "go": number % 2 == 0}))
    trigger = SqsTrigger("First", name, batch_size=2, filters=('{"body": {"go": [true]}}',))
    poller = QueuePoller(trigger, app.functions.functions, app.client("sqs"))

    def handled() -> list[int]:
        events = app.events("First", name)
        return [json.loads(one["body"])["n"] for event in events for one in event["Records"]]

    def left() -> dict[str, str]:
        url = app.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return app.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)[
            "Attributes"
        ]

    with app.working(poller.run()):
        wait_until(lambda: len(handled()) == 3)
        wait_until(lambda: {*left().values()} == {"0"})
    assert handled() == [0, 2, 4]


def test_a_message_that_fails_holds_up_its_group_until_it_is_buried(app: EventApp) -> None:
    dead = app.queue(f"d-{uuid4().hex}.fifo", FifoQueue="true")
    policy = {"deadLetterTargetArn": dead, "maxReceiveCount": 1}
    queue = app.queue(
        f"q-{uuid4().hex}.fifo",
        FifoQueue="true",
        ContentBasedDeduplication="true",
        VisibilityTimeout="1",
        RedrivePolicy=json.dumps(policy),
    )
    name = queue.rsplit(":", 1)[1]
    send(app, queue, "FAIL")
    send(app, queue, "next")
    poller = QueuePoller(SqsTrigger("Second", name, 1), app.functions.functions, app.client("sqs"))
    with app.working(poller.run()):
        event = app.event("Second", name)
    assert [one["body"] for one in event["Records"]] == ["next"]
    assert [message["Body"] for message in app.messages(dead)] == ["FAIL"]


def test_what_comes_back_together_comes_back_in_its_order(app: EventApp) -> None:
    queue = app.queue(
        f"q-{uuid4().hex}.fifo",
        FifoQueue="true",
        ContentBasedDeduplication="true",
        VisibilityTimeout="1",
    )
    sqs = app.client("sqs")
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[1])["QueueUrl"]
    for body in ("first", "second", "third"):
        send(app, queue, body)
    bodies = receive(sqs, url, 10, VisibilityTimeout=1)
    assert bodies == ["first", "second", "third"]
    again: list[str] = []
    wait_until(lambda: again.extend(receive(sqs, url, 1, VisibilityTimeout=60)) or again)
    assert again == ["first"]
    assert receive(sqs, url, 10) == []


def receive(sqs: Any, url: str, count: int, **options: Any) -> list[str]:
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count, **options)
    return [message["Body"] for message in found.get("Messages", [])]
