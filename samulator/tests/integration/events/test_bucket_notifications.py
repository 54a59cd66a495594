"""A bucket notifies functions, queues and topics that a client or the template asked it to."""

import json
from typing import Any
from uuid import uuid4

import pytest

from testkit.event_app import EventApp
from testkit.timing import wait_until


@pytest.fixture
def bucket(app: EventApp) -> str:
    name = f"b-{uuid4().hex}"
    app.client("s3").create_bucket(Bucket=name)
    return name


def notify(app: EventApp, bucket: str, **configurations: Any) -> None:
    app.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=configurations
    )


def configuration(kind: str, arn: str, *events: str, **affixes: str) -> dict[str, Any]:
    made: dict[str, Any] = {"Id": "wanted", f"{kind}Arn": arn, "Events": [*events]}
    if affixes:
        rules = [{"Name": name, "Value": value} for name, value in affixes.items()]
        made["Filter"] = {"Key": {"FilterRules": rules}}
    return made


def records(app: EventApp, function: str, bucket: str) -> list[dict[str, Any]]:
    return [event["Records"][0] for event in app.events(function, bucket)]


def test_a_function_is_notified_of_what_fits(app: EventApp, bucket: str) -> None:
    arn = app.function_arn("First")
    wanted = configuration("LambdaFunction", arn, "s3:ObjectCreated:*", prefix="in/", suffix=".csv")
    notify(app, bucket, LambdaFunctionConfigurations=[wanted])
    for key in ("in/a.txt", "out/a.csv", "in/a b.csv"):
        app.client("s3").put_object(Bucket=bucket, Key=key, Body=b"1")
    wait_until(lambda: records(app, "First", bucket))
    (record,) = records(app, "First", bucket)
    assert record["s3"]["configurationId"] == "wanted"
    assert record["s3"]["object"]["key"] == "in/a+b.csv"
    assert record["eventName"] == "ObjectCreated:Put"


def test_functions_queues_and_topics_are_notified_at_once(app: EventApp, bucket: str) -> None:
    direct, behind = app.queue(), app.queue()
    topic = app.client("sns").create_topic(Name=f"t-{uuid4().hex}")["TopicArn"]
    app.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=behind, Attributes={"RawMessageDelivery": "true"}
    )
    app.client("sns").subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=app.function_arn("Second")
    )
    created = "s3:ObjectCreated:*"
    notify(
        app,
        bucket,
        LambdaFunctionConfigurations=[
            configuration("LambdaFunction", app.function_arn("First"), created)
        ],
        QueueConfigurations=[configuration("Queue", direct, created)],
        TopicConfigurations=[configuration("Topic", topic, created)],
    )
    for queue in (direct, behind):
        (message,) = app.messages(queue)
        assert json.loads(message["Body"])["Event"] == "s3:TestEvent"

    app.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")

    for queue in (direct, behind):
        (message,) = app.messages(queue)
        assert json.loads(message["Body"])["Records"][0]["s3"]["object"]["key"] == "a"
    wait_until(lambda: records(app, "First", bucket))
    wait_until(lambda: len(app.events("Second", bucket)) == 2)
    sns = app.events("Second", bucket)[1]["Records"][0]["Sns"]
    assert sns["Subject"] == "Amazon S3 Notification"
    assert json.loads(sns["Message"])["Records"][0]["s3"]["bucket"]["name"] == bucket


def test_tags_of_an_object_notify_too(app: EventApp, bucket: str) -> None:
    arn = app.function_arn("First")
    wanted = configuration("LambdaFunction", arn, "s3:ObjectTagging:*")
    notify(app, bucket, LambdaFunctionConfigurations=[wanted])
    app.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    app.client("s3").put_object_tagging(
        Bucket=bucket, Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}
    )
    wait_until(lambda: records(app, "First", bucket))
    assert [record["eventName"] for record in records(app, "First", bucket)] == [
        "ObjectTagging:Put"
    ]


def test_a_configuration_that_is_taken_back_notifies_nobody(app: EventApp, bucket: str) -> None:
    queue = app.queue()
    notify(app, bucket, QueueConfigurations=[configuration("Queue", queue, "s3:ObjectCreated:*")])
    app.messages(queue)
    notify(app, bucket)
    app.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    assert not app.messages(queue)


def numbers(app: EventApp, bucket: str) -> set[int]:
    listed = app.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    return {int(each["Key"].split("/")[1]) for each in listed}


def test_a_function_that_writes_where_it_is_triggered_is_stopped_like_on_aws(
    app: EventApp, bucket: str
) -> None:
    wanted = configuration("LambdaFunction", app.function_arn("Endless"), "s3:ObjectCreated:*")
    notify(app, bucket, LambdaFunctionConfigurations=[wanted])
    app.client("s3").put_object(Bucket=bucket, Key=f"{app.server.port}/1/1000", Body=b"")
    app.functions.wait_for_line("16 times over; RecursiveLoop: Allow lets it go on")
    assert numbers(app, bucket) == {*range(1, 18)}
    (letter,) = app.messages_once_there("arn:aws:sqs:us-east-1:123456789012:Stopped")
    assert "RecursiveInvocation" in letter["Body"]


def test_a_function_that_may_call_itself_goes_on(app: EventApp, bucket: str) -> None:
    wanted = configuration("LambdaFunction", app.function_arn("Persistent"), "s3:ObjectCreated:*")
    notify(app, bucket, LambdaFunctionConfigurations=[wanted])
    app.client("s3").put_object(Bucket=bucket, Key=f"{app.server.port}/1/20", Body=b"")
    wait_until(lambda: numbers(app, bucket) == {*range(1, 21)})
