"""Records of invokes and dead letters reach every kind of destination."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from samulator.events.destinations.destinations import Destinations
from samulator.functions.invocation import NotDelivered
from samulator.template.model import Destination
from testkit.event_app import ACCOUNT, REGION, EventApp

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:Worker:$LATEST"


def record(condition: str = "Success") -> dict[str, Any]:
    return {
        "version": "1.0",
        "requestContext": {
            "requestId": str(uuid4()),
            "functionArn": FUNCTION,
            "condition": condition,
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"n": 1},
    }


def send(app: EventApp, arn: str, sent: dict[str, Any]) -> None:
    asyncio.run(Destinations(app.client).send(Destination(arn), sent))


def test_a_queue_gets_the_record(app: EventApp) -> None:
    queue, sent = app.queue(), record()
    send(app, queue, sent)
    assert [json.loads(message["Body"]) for message in app.messages(queue)] == [sent]


def test_a_topic_passes_it_on_to_its_subscribers(app: EventApp) -> None:
    topic, sent = app.client("sns").create_topic(Name=f"t-{uuid4().hex}")["TopicArn"], record()
    app.client("sns").subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=app.function_arn("First")
    )
    send(app, topic, sent)
    (told,) = app.event("First", sent["requestContext"]["requestId"])["Records"]
    assert json.loads(told["Sns"]["Message"]) == sent


@pytest.mark.parametrize(
    ("condition", "outcome"), [("Success", "Success"), ("RetriesExhausted", "Failure")]
)
def test_an_event_bus_gets_it_as_an_event_of_lambda(
    app: EventApp, condition: str, outcome: str
) -> None:
    events, bus, queue = app.client("events"), f"b-{uuid4().hex}", app.queue()
    arn = events.create_event_bus(Name=bus)["EventBusArn"]
    events.put_rule(Name=bus, EventBusName=bus, EventPattern='{"source": ["lambda"]}')
    events.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "q", "Arn": queue}])
    sent = record(condition)
    send(app, arn, sent)
    (message,) = app.messages(queue)
    event = json.loads(message["Body"])
    assert event["detail-type"] == f"Lambda Function Invocation Result - {outcome}"
    assert (event["detail"], event["resources"]) == (sent, [arn, FUNCTION])


def test_a_bucket_keeps_it_under_the_name_of_the_function(app: EventApp) -> None:
    bucket, sent = f"b-{uuid4().hex}", record("RetriesExhausted")
    s3 = app.client("s3")
    s3.create_bucket(Bucket=bucket)
    send(app, f"arn:aws:s3:::{bucket}", sent)
    (kept,) = s3.list_objects_v2(Bucket=bucket, Prefix="aws/lambda/async/Worker/")["Contents"]
    assert json.loads(s3.get_object(Bucket=bucket, Key=kept["Key"])["Body"].read()) == sent


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:gone",
        f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/gone",
        "arn:aws:s3:::gone",
        "nothing",
    ],
)
def test_a_destination_that_is_gone_is_said_to_have_nothing(app: EventApp, arn: str) -> None:
    with pytest.raises(NotDelivered):
        send(app, arn, record())


def test_a_dead_letter_is_the_event_itself_and_says_why(app: EventApp) -> None:
    queue = app.queue()
    asyncio.run(
        Destinations(app.client).bury(Destination(queue), b'{"n": 1}', "request", "it broke" * 200)
    )
    (message,) = app.messages(queue)
    assert message["Body"] == '{"n": 1}'
    attributes = message["MessageAttributes"]
    assert attributes["RequestID"]["StringValue"] == "request"
    assert (attributes["ErrorCode"]["StringValue"], attributes["ErrorCode"]["DataType"]) == (
        "200",
        "Number",
    )
    assert len(attributes["ErrorMessage"]["StringValue"]) == 1024


def invoke(app: EventApp, function: str, event: dict[str, Any]) -> str:
    payload = json.dumps(event).encode()
    return app.functions.call(app.functions.functions.invoke_event(function, payload))


def test_what_a_function_returned_comes_to_the_rule_of_a_bus(app: EventApp) -> None:
    request_id = invoke(app, "Careful", {"n": 1})
    event = app.event("Watcher", request_id)
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["detail"]["responsePayload"] == {"n": 1}
    assert event["detail"]["requestContext"]["condition"] == "Success"


def test_what_a_function_failed_at_comes_to_a_topic_and_to_the_dead_letter_queue(
    app: EventApp,
) -> None:
    request_id = invoke(app, "Careful", {"refuse": True})
    dead = f"arn:aws:sqs:{REGION}:{ACCOUNT}:Dead"
    (letter,) = app.messages_once_there(dead)
    assert json.loads(letter["Body"]) == {"refuse": True}
    assert letter["MessageAttributes"]["RequestID"]["StringValue"] == request_id
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "asked to fail"
    (told,) = app.event("Watcher", request_id)["Records"]
    sent = json.loads(told["Sns"]["Message"])
    assert sent["requestContext"]["condition"] == "RetriesExhausted"
    assert sent["responsePayload"]["errorMessage"] == "asked to fail"
