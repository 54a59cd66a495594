"""Messages of topics reach functions and queues as on AWS, by the filters of each subscription."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from testkit.event_app import ACCOUNT, REGION, EventApp
from testkit.timing import wait_until


@pytest.fixture
def topic(app: EventApp) -> str:
    return app.client("sns").create_topic(Name=f"t-{uuid4().hex}")["TopicArn"]


def subscribe(app: EventApp, topic: str, endpoint: str, **attributes: Any) -> str:
    protocol = "sqs" if ":sqs:" in endpoint else "lambda"
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in attributes.items()
    }
    made = app.client("sns").subscribe(
        TopicArn=topic,
        Protocol=protocol,
        Endpoint=endpoint,
        Attributes=texts,
        ReturnSubscriptionArn=True,
    )
    return made["SubscriptionArn"]


def publish(app: EventApp, topic: str, message: str, **attributes: tuple[str, Any]) -> str:
    typed = {
        name: {
            "DataType": kind,
            "BinaryValue" if kind == "Binary" else "StringValue": value,
        }
        for name, (kind, value) in attributes.items()
    }
    answer = app.client("sns").publish(TopicArn=topic, Message=message, MessageAttributes=typed)
    return answer["MessageId"]


def test_a_function_gets_a_message_as_sns_sends_it(app: EventApp, topic: str) -> None:
    subscription = subscribe(app, topic, app.function_arn("First"))
    text = f"hello {uuid4()} ü"
    sent = app.client("sns").publish(
        TopicArn=topic,
        Message=text,
        Subject="Greeting",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "a"},
            "size": {"DataType": "Number", "StringValue": "12.50"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
        },
    )

    (record,) = app.event("First", sent["MessageId"])["Records"]

    sns = record.pop("Sns")
    assert record == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", sns.pop("Timestamp"))
    assert sns.pop("SigningCertUrl").startswith("https://sns.us-east-1.amazonaws.com/")
    assert subscription in sns.pop("UnsubscribeUrl")
    assert (sns.pop("SignatureVersion"), bool(sns.pop("Signature"))) == ("1", True)
    assert sns == {
        "Type": "Notification",
        "MessageId": sent["MessageId"],
        "TopicArn": topic,
        "Subject": "Greeting",
        "Message": text,
        "MessageAttributes": {
            "kind": {"Type": "String", "Value": "a"},
            "size": {"Type": "Number", "Value": "12.50"},
            "raw": {"Type": "Binary", "Value": "AAE="},
        },
    }


def test_a_message_without_subject_and_attributes_says_so(app: EventApp, topic: str) -> None:
    subscribe(app, topic, app.function_arn("First"))
    (record,) = app.event("First", publish(app, topic, "plain"))["Records"]
    assert record["Sns"]["Subject"] is None
    assert record["Sns"]["MessageAttributes"] == {}


def test_messages_of_a_batch_are_events_of_their_own(app: EventApp, topic: str) -> None:
    subscribe(app, topic, app.function_arn("First"))
    entries = [{"Id": str(number), "Message": f"m{number}"} for number in range(3)]
    answer = app.client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    for entry in answer["Successful"]:
        (record,) = app.event("First", entry["MessageId"])["Records"]
        assert record["Sns"]["Message"] == f"m{entry['Id']}"


def test_a_queue_gets_an_envelope_and_raw_delivery_the_message_itself(
    app: EventApp, topic: str
) -> None:
    wrapped, raw, not_raw = app.queue(), app.queue(), app.queue()
    subscribe(app, topic, wrapped)
    subscribe(app, topic, raw, RawMessageDelivery="true")
    subscription = subscribe(app, topic, not_raw, RawMessageDelivery="true")
    app.client("sns").set_subscription_attributes(
        SubscriptionArn=subscription,
        AttributeName="RawMessageDelivery",
        AttributeValue="false",
    )

    sent = publish(app, topic, "hello", kind=("String", "a"), raw=("Binary", b"\x00\x01"))

    (message,) = app.messages(wrapped)
    body = json.loads(message["Body"])
    assert body["MessageId"] == sent
    assert (body["Type"], body["TopicArn"], body["Message"]) == ("Notification", topic, "hello")
    assert body["MessageAttributes"]["kind"] == {"Type": "String", "Value": "a"}
    assert message["Body"].startswith('{\n  "Type" : "Notification",\n')
    assert "MessageAttributes" not in message
    (message,) = app.messages(raw)
    assert message["Body"] == "hello"
    assert message["MessageAttributes"]["kind"] == {"DataType": "String", "StringValue": "a"}
    assert message["MessageAttributes"]["raw"]["BinaryValue"] == b"\x00\x01"
    (message,) = app.messages(not_raw)
    assert json.loads(message["Body"])["Message"] == "hello"


@pytest.mark.parametrize(
    ("policy", "passing"),
    [
        ({"kind": ["order"]}, "order"),
        ({"kind": [{"prefix": "ord"}]}, "order"),
        ({"kind": [{"suffix": "der"}]}, "order"),
        ({"kind": [{"wildcard": "o*r"}]}, "order"),
        ({"kind": [{"equals-ignore-case": "ORDER"}]}, "order"),
        ({"kind": [{"anything-but": ["refund"]}]}, "order"),
        ({"kind": [{"anything-but": {"prefix": "ref"}}]}, "order"),
        ({"price": [{"numeric": [">", 100, "<=", 200]}]}, "order"),
        ({"price": [150]}, "order"),
        ({"tags": ["b"]}, "order"),
        ({"tags": [{"anything-but": ["a"]}]}, "refund"),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, "order"),
        ({"ip": [{"exists": False}]}, "refund"),
        ({"$or": [{"kind": ["none"]}, {"price": [{"numeric": ["=", 150]}]}]}, "order"),
    ],
)
def test_a_filter_on_attributes_lets_through_what_it_names(
    app: EventApp, topic: str, policy: dict[str, Any], passing: str
) -> None:
    queue = app.queue()
    subscribe(app, topic, queue, RawMessageDelivery="true", FilterPolicy=policy)
    publish(
        app,
        topic,
        "order",
        kind=("String", "order"),
        price=("Number", "150"),
        tags=("String.Array", '["a", "b"]'),
        ip=("String", "10.0.0.7"),
    )
    publish(
        app,
        topic,
        "refund",
        kind=("String", "refund"),
        price=("Number", "-5"),
        tags=("String.Array", '["c"]'),
    )
    assert [message["Body"] for message in app.messages(queue)] == [passing]


def test_a_filter_on_the_body_reads_its_json(app: EventApp, topic: str) -> None:
    queue = app.queue()
    policy = {"order": {"state": ["paid"], "lines": {"count": [{"numeric": [">", 1]}]}}}
    subscribe(
        app,
        topic,
        queue,
        RawMessageDelivery="true",
        FilterPolicyScope="MessageBody",
        FilterPolicy=policy,
    )
    paid = json.dumps({"order": {"state": "paid", "lines": {"count": 2}}})
    for message in (paid, paid.replace("2", "1"), paid.replace("paid", "open"), "no json", "[1]"):
        publish(app, topic, message)
    assert [message["Body"] for message in app.messages(queue)] == [paid]


@pytest.mark.parametrize(
    "policy",
    [
        {"a": {"nested": ["x"]}},
        {"a": [{"unknown": 1}]},
        {name: ["x"] for name in "abcdef"},
        {"a": [str(n) for n in range(151)]},
    ],
)
def test_a_filter_that_sns_does_not_take_is_refused(
    app: EventApp, topic: str, policy: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="InvalidParameter"):
        subscribe(app, topic, app.queue(), FilterPolicy=policy)


def test_a_fifo_topic_keeps_groups_and_drops_what_comes_twice(app: EventApp) -> None:
    topic = app.client("sns").create_topic(
        Name=f"t-{uuid4().hex}.fifo",
        Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"},
    )["TopicArn"]
    queue = app.queue(f"q-{uuid4().hex}.fifo", FifoQueue="true")
    subscribe(app, topic, queue, RawMessageDelivery="true")
    for text in ("one", "two", "one"):
        app.client("sns").publish(TopicArn=topic, Message=text, MessageGroupId="g")
    found = app.messages(queue)
    assert [message["Body"] for message in found] == ["one", "two"]
    assert {message["Attributes"]["MessageGroupId"] for message in found} == {"g"}


def test_what_no_function_takes_goes_to_the_dead_letter_queue(app: EventApp, topic: str) -> None:
    dead = app.queue()
    gone = app.function_arn("Gone")
    subscribe(app, topic, gone, RedrivePolicy={"deadLetterTargetArn": dead})
    sent = publish(app, topic, "lost")
    (message,) = app.messages_once_there(dead)
    assert json.loads(message["Body"])["MessageId"] == sent
    attributes = message["MessageAttributes"]
    assert attributes["RequestID"]["StringValue"] == sent
    assert attributes["ErrorCode"]["StringValue"] == "ResourceNotFoundException"
    assert gone in attributes["ErrorMessage"]["StringValue"]


def test_a_queue_that_is_gone_leaves_its_messages_in_the_dead_letter_queue(
    app: EventApp, topic: str
) -> None:
    dead, gone = app.queue(), f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone-{uuid4().hex}"
    subscribe(app, topic, gone, RedrivePolicy={"deadLetterTargetArn": dead})
    sent = publish(app, topic, "lost")
    (message,) = app.messages(dead)
    assert json.loads(message["Body"])["MessageId"] == sent


def test_a_function_that_fails_is_tried_three_times(app: EventApp, topic: str) -> None:
    subscribe(app, topic, app.function_arn("Second"))

    def attempts() -> list[str]:
        return [
            invocation.request_id
            for invocation in [*app.functions.recorder.invocations]
            if invocation.function_error and topic.encode() in invocation.payload
        ]

    publish(app, topic, "FAIL")
    wait_until(attempts)
    app.functions.call(app.functions.functions.drain())
    assert len(attempts()) == 3
    assert len({*attempts()}) == 1


def test_each_protocol_may_have_a_text_of_its_own(app: EventApp, topic: str) -> None:
    queue = app.queue()
    subscribe(app, topic, queue, RawMessageDelivery="true")
    subscribe(app, topic, app.function_arn("First"))
    marker = uuid4().hex
    app.client("sns").publish(
        TopicArn=topic,
        MessageStructure="json",
        Message=json.dumps({"default": "d", "sqs": "for queues", "lambda": f"for {marker}"}),
    )
    assert [message["Body"] for message in app.messages(queue)] == ["for queues"]
    (record,) = app.event("First", marker)["Records"]
    assert record["Sns"]["Message"] == f"for {marker}"
