"""Events on buses reach the targets of the rules that they fit, as each target asks for them."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from testkit.aws_process import Declared, aws_client, started_aws
from testkit.event_app import ACCOUNT, REGION, EventApp
from testkit.timing import wait_until


@pytest.fixture
def bus(app: EventApp) -> str:
    name = f"bus-{uuid4().hex}"
    app.client("events").create_event_bus(Name=name)
    return name


def bus_arn(name: str) -> str:
    return f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{name}"


def rule(
    app: EventApp, bus: str, target: str, pattern: dict[str, Any] | None = None, **options: Any
) -> str:
    """A rule with one target; returns the rule's ARN."""
    name = f"rule-{uuid4().hex}"
    made = app.client("events").put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern=json.dumps(pattern or {"source": [{"prefix": ""}]}),
    )
    app.client("events").put_targets(
        Rule=name, EventBusName=bus, Targets=[{"Id": "t", "Arn": target, **options}]
    )
    return made["RuleArn"]


def put(app: EventApp, bus: str, detail: dict[str, Any], **fields: Any) -> str:
    entry = {
        "EventBusName": bus,
        "Source": "shop",
        "DetailType": "Order",
        "Detail": json.dumps(detail),
        **fields,
    }
    return app.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"]


def bodies(app: EventApp, queue: str) -> list[Any]:
    return [json.loads(message["Body"]) for message in app.messages(queue)]


def test_a_function_gets_an_event_as_eventbridge_sends_it(app: EventApp, bus: str) -> None:
    rule(app, bus, app.function_arn("First"), {"source": ["shop"], "detail": {"n": [1]}})
    event_id = put(
        app,
        bus,
        {"n": 1, "name": "ü"},
        Time=datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC),
        Resources=["arn:aws:s3:::b"],
    )
    assert app.event("First", event_id) == {
        "version": "0",
        "id": event_id,
        "detail-type": "Order",
        "source": "shop",
        "account": ACCOUNT,
        "time": "2026-11-26T01:02:03Z",
        "region": REGION,
        "resources": ["arn:aws:s3:::b"],
        "detail": {"n": 1, "name": "ü"},
    }


def test_an_event_without_a_time_says_when_it_came(app: EventApp, bus: str) -> None:
    queue = app.queue()
    rule(app, bus, queue)
    put(app, bus, {})
    (event,) = bodies(app, queue)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ({"detail": {"n": [{"numeric": [">=", 2]}]}}, [2, 3]),
        ({"detail": {"n": [{"anything-but": [2]}]}}, [1, 3]),
        ({"detail": {"path": [{"wildcard": "in/*.csv"}]}}, [1, 2]),
        ({"detail": {"path": [{"suffix": {"equals-ignore-case": ".TXT"}}]}}, [3]),
        ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, [1]),
        ({"detail": {"ip": [{"exists": False}]}}, [3]),
        ({"$or": [{"detail": {"n": [1]}}, {"detail": {"n": [3]}}]}, [1, 3]),
        ({"detail-type": ["Refund"]}, []),
    ],
)
def test_a_rule_gets_what_fits_its_pattern(
    app: EventApp, bus: str, pattern: dict[str, Any], numbers: list[int]
) -> None:
    queue = app.queue()
    rule(app, bus, queue, pattern)
    put(app, bus, {"n": 1, "path": "in/a.csv", "ip": "10.0.0.9"})
    put(app, bus, {"n": 2, "path": "in/b.csv", "ip": "10.1.0.9"})
    put(app, bus, {"n": 3, "path": "in/b.txt"})
    assert [event["detail"]["n"] for event in bodies(app, queue)] == numbers


def test_a_rule_that_is_disabled_gets_nothing(app: EventApp, bus: str) -> None:
    queue = app.queue()
    arn = rule(app, bus, queue)
    app.client("events").disable_rule(Name=arn.rsplit("/", 1)[1], EventBusName=bus)
    put(app, bus, {})
    assert not bodies(app, queue)


def test_a_target_may_ask_for_a_constant_or_for_a_part(app: EventApp, bus: str) -> None:
    constant, part, gone = app.queue(), app.queue(), app.queue()
    rule(app, bus, constant, Input='{"always": 1}')
    rule(app, bus, part, InputPath="$.detail.order")
    rule(app, bus, gone, InputPath="$.detail.gone")
    put(app, bus, {"order": {"id": 7}})
    assert bodies(app, constant) == [{"always": 1}]
    assert bodies(app, part) == [{"id": 7}]
    assert bodies(app, gone) == [None]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"a": <text>, "b": <number>, "c": <list>}', '{"a": "x \\"y\\"", "b": 7, "c": [1, 2]}'),
        ('"<text> of <number>"', '"x \\"y\\" of 7"'),
        ('{"s": "<object>"}', '{"s": "{\\"k\\": \\"v\\"}"}'),
        ("{<text>: <object>}", '{"x \\"y\\"": {"k": "v"}}'),
        ('{"m": <missing>, "t": "<missing>!"}', '{"m": null, "t": "!"}'),
        ("<unknown> stays", "<unknown> stays"),
    ],
)
def test_a_template_is_filled_with_parts_of_the_event(
    app: EventApp, bus: str, template: str, expected: str
) -> None:
    queue = app.queue()
    paths = {
        "text": "$.detail.text",
        "number": "$.detail.number",
        "list": "$.detail.items[*].n",
        "object": "$.detail.object-here",
        "missing": "$.detail.missing",
    }
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    rule(app, bus, queue, InputTransformer=transformer)
    detail = {
        "text": 'x "y"',
        "number": 7,
        "items": [{"n": 1}, {"n": 2}],
        "object-here": {"k": "v"},
    }
    put(app, bus, detail)
    assert [message["Body"] for message in app.messages(queue)] == [expected]


def test_a_template_knows_the_rule_and_the_whole_event(app: EventApp, bus: str) -> None:
    queue = app.queue()
    template = (
        '{"rule": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", '
        '"at": <aws.events.event.ingestion-time>, "all": <aws.events.event.json>, '
        '"head": <aws.events.event>}'
    )
    arn = rule(app, bus, queue, InputTransformer={"InputTemplate": template})
    event_id = put(app, bus, {"n": 1})
    (body,) = bodies(app, queue)
    assert (body["rule"], body["name"]) == (arn, arn.rsplit("/", 1)[1])
    assert (body["all"]["id"], body["all"]["detail"]) == (event_id, {"n": 1})
    assert "detail" not in body["head"]
    assert datetime.fromisoformat(body["at"])


def test_a_topic_a_log_group_and_a_stream_are_targets(app: EventApp, bus: str) -> None:
    topic = app.client("sns").create_topic(Name=f"t-{uuid4().hex}")["TopicArn"]
    queue, group = app.queue(), f"/aws/events/{uuid4().hex}"
    app.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"}
    )
    app.client("logs").create_log_group(logGroupName=group)
    stream = f"s-{uuid4().hex}"
    app.client("kinesis").create_stream(StreamName=stream, ShardCount=1)
    stream_arn = app.client("kinesis").describe_stream(StreamName=stream)["StreamDescription"][
        "StreamARN"
    ]
    for target in (topic, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}", stream_arn):
        rule(app, bus, target)

    event_id = put(app, bus, {"n": 1})

    assert [event["id"] for event in bodies(app, queue)] == [event_id]
    logged = app.client("logs").filter_log_events(logGroupName=group)["events"]
    assert [json.loads(entry["message"])["id"] for entry in logged] == [event_id]
    kinesis = app.client("kinesis")
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    (record,) = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert (record["PartitionKey"], json.loads(record["Data"])["id"]) == (event_id, event_id)


def test_a_delivery_stream_puts_events_into_its_bucket(app: EventApp, bus: str) -> None:
    arn = app.delivery_stream()
    gone, dead = f"{arn}-gone", app.queue()
    rule(app, bus, arn)
    rule(app, bus, gone, DeadLetterConfig={"Arn": dead})

    event_id = put(app, bus, {})

    assert [json.loads(text)["id"] for text in app.delivered(arn)] == [event_id]
    assert [event["id"] for event in bodies(app, dead)] == [event_id]


def test_records_go_to_http_endpoints_of_this_machine_alone(app: EventApp) -> None:
    """The Lambda endpoint stands for one."""
    firehose, mark = app.client("firehose"), uuid4().hex
    here = f"{app.functions.lambda_url}/2015-03-31/functions/First/invocations"
    for name, url in (("here", here), ("away", "https://hooks.example.com/records")):
        bucket = f"f-{mark}-{name}"
        app.client("s3").create_bucket(Bucket=bucket)
        place = {"BucketARN": f"arn:aws:s3:::{bucket}", "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/r"}
        firehose.create_delivery_stream(
            DeliveryStreamName=bucket,
            HttpEndpointDestinationConfiguration={
                "EndpointConfiguration": {"Url": url, "Name": name},
                "S3Configuration": place,
            },
        )
        put = firehose.put_record(DeliveryStreamName=bucket, Record={"Data": mark.encode()})
        assert put["RecordId"]

    (record,) = app.event("First", base64.b64encode(mark.encode()).decode())["records"]
    assert base64.b64decode(record["data"]).decode() == mark
    (line,) = (each for each in app.log().splitlines() if "hooks.example.com/records" in each)
    assert line.startswith(
        "1 records for https://hooks.example.com/records are not delivered: hooks.example.com is "
        'not on this machine: api_destinations = ["hooks.example.com"] in local.toml permits it'
    )


def test_a_state_machine_starts_with_the_event(app: EventApp, bus: str) -> None:
    machine = app.client("stepfunctions").create_state_machine(
        name=f"m-{uuid4().hex}",
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/any",
    )["stateMachineArn"]
    rule(app, bus, machine)
    event_id = put(app, bus, {})
    (execution,) = app.client("stepfunctions").list_executions(stateMachineArn=machine)[
        "executions"
    ]
    described = app.client("stepfunctions").describe_execution(
        executionArn=execution["executionArn"]
    )
    assert json.loads(described["input"])["id"] == event_id


def test_a_fifo_queue_gets_events_in_the_group_that_the_target_names(
    app: EventApp, bus: str
) -> None:
    queue = app.queue(f"q-{uuid4().hex}.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    rule(app, bus, queue, SqsParameters={"MessageGroupId": "g"})
    for number in range(3):
        put(app, bus, {"n": number})
    found = app.messages(queue)
    assert [json.loads(message["Body"])["detail"]["n"] for message in found] == [0, 1, 2]
    assert {message["Attributes"]["MessageGroupId"] for message in found} == {"g"}


def test_a_bus_that_is_a_target_gets_the_same_event_and_no_circle_turns(
    app: EventApp, bus: str
) -> None:
    other, queue = f"bus-{uuid4().hex}", app.queue()
    app.client("events").create_event_bus(Name=other)
    rule(app, bus, bus_arn(other))
    rule(app, other, bus_arn(bus))
    rule(app, other, queue)
    event_id = put(app, bus, {"n": 1})
    assert [(event["id"], event["source"]) for event in bodies(app, queue)] == [(event_id, "shop")]


def test_what_no_target_takes_goes_to_the_dead_letter_queue_of_the_target(
    app: EventApp, bus: str
) -> None:
    dead = app.queue()
    gone = f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone-{uuid4().hex}"
    arn = rule(app, bus, gone, DeadLetterConfig={"Arn": dead})
    event_id = put(app, bus, {"n": 1})
    (message,) = app.messages(dead)
    assert json.loads(message["Body"])["id"] == event_id
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {"RULE_ARN": arn, "TARGET_ARN": gone, "ERROR_CODE": "NO_RESOURCE"}


def test_a_function_that_is_gone_leaves_the_event_in_the_dead_letter_queue(
    app: EventApp, bus: str
) -> None:
    dead = app.queue()
    rule(app, bus, app.function_arn("Gone"), DeadLetterConfig={"Arn": dead})
    event_id = put(app, bus, {})
    (message,) = app.messages_once_there(dead)
    assert json.loads(message["Body"])["id"] == event_id
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"


def test_an_archive_keeps_events_and_replays_them(app: EventApp, bus: str) -> None:
    events = app.client("events")
    archive = events.create_archive(
        ArchiveName=f"a-{uuid4().hex[:20]}", EventSourceArn=bus_arn(bus)
    )["ArchiveArn"]
    put(app, bus, {"n": 1})
    queue = app.queue()
    rule(app, bus, queue)

    events.start_replay(
        ReplayName=f"r-{uuid4().hex[:20]}",
        EventSourceArn=archive,
        EventStartTime=datetime(2020, 1, 1, tzinfo=UTC),
        EventEndTime=datetime(2100, 1, 1, tzinfo=UTC),
        Destination={"Arn": bus_arn(bus)},
    )

    (event,) = bodies(app, queue)
    assert (event["source"], event["detail"]) == ("shop", {"n": 1})
    assert event["replay-name"]


def test_a_bucket_tells_eventbridge_of_its_objects_when_asked_to(app: EventApp) -> None:
    s3, bucket = app.client("s3"), f"b-{uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule(
        app,
        "default",
        app.function_arn("First"),
        {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}},
    )
    s3.put_object(Bucket=bucket, Key="before.txt", Body=b"1")
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    put_object = s3.put_object(Bucket=bucket, Key="in/a b.txt", Body=b"123")
    s3.delete_object(Bucket=bucket, Key="in/a b.txt")

    wait_until(lambda: len(app.events("First", bucket)) == 2)

    created, deleted = sorted(app.events("First", bucket), key=lambda event: event["detail-type"])
    detail = created.pop("detail")
    assert (created["source"], created["detail-type"]) == ("aws.s3", "Object Created")
    assert created["resources"] == [f"arn:aws:s3:::{bucket}"]
    assert re.fullmatch("[0-9A-F]+", detail["object"].pop("sequencer"))
    assert re.fullmatch("[0-9A-F]{16}", detail.pop("request-id"))
    assert detail == {
        "version": "0",
        "bucket": {"name": bucket},
        "object": {
            "key": "in/a b.txt",
            "size": 3,
            "etag": put_object["ETag"].strip('"'),
            "version-id": put_object["VersionId"],
        },
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    }
    assert deleted["detail-type"] == "Object Deleted"
    assert deleted["detail"]["deletion-type"] == "Delete Marker Created"
    assert deleted["detail"]["object"].keys() == {"key", "etag", "version-id", "sequencer"}


def test_a_bucket_and_a_rule_that_a_template_declares_work_together(tmp_path: Path) -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:changes"
    declared: tuple[Declared, ...] = (
        ("AWS::SQS::Queue", "changes", {}),
        (
            "AWS::S3::Bucket",
            "files",
            {"NotificationConfiguration": {"EventBridgeConfiguration": {}}},
        ),
        (
            "AWS::Events::Rule",
            "created",
            {
                "EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created"]},
                "Targets": [{"Id": "t", "Arn": queue, "InputPath": "$.detail.object.key"}],
            },
        ),
    )
    with started_aws(tmp_path, *declared) as server:
        aws_client(server, "s3").put_object(Bucket="files", Key="a", Body=b"1")
        sqs = aws_client(server, "sqs")
        url = sqs.get_queue_url(QueueName="changes")["QueueUrl"]
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == '"a"'


def test_a_target_that_is_gone_harms_neither_the_caller_nor_the_next_target(
    app: EventApp, bus: str
) -> None:
    gone = (
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:gone",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:gone",
        f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/gone",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:gone",
        bus_arn("gone"),
    )
    for target in gone:
        dead = app.queue()
        rule(app, bus, target, DeadLetterConfig={"Arn": dead})
        event_id = put(app, bus, {})
        (message,) = app.messages(dead)
        assert json.loads(message["Body"])["id"] == event_id
        assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"


def test_an_api_destination_of_this_machine_gets_the_event_and_its_failures_are_buried(
    app: EventApp, bus: str
) -> None:
    """The Lambda endpoint of the functions is a server that is there: it knows no such path."""
    events, name = app.client("events"), f"d-{uuid4().hex}"
    connection = events.create_connection(
        Name=name,
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "k"}},
    )
    function = f"{app.functions.lambda_url}/2015-03-31/functions/First/invocations"
    for endpoint in (function, f"{app.functions.lambda_url}/nothing"):
        made = events.create_api_destination(
            Name=f"{name}-{endpoint[-4:]}",
            ConnectionArn=connection["ConnectionArn"],
            InvocationEndpoint=endpoint,
            HttpMethod="POST",
        )
        dead = app.queue()
        rule(app, bus, made["ApiDestinationArn"], DeadLetterConfig={"Arn": dead})

    event_id = put(app, bus, {})

    assert app.event("First", event_id)["source"] == "shop"
    (message,) = app.messages_once_there(dead)
    error = message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    assert error.startswith(f"{app.functions.lambda_url}/nothing answers 404")


def test_a_kind_of_target_that_is_not_here_is_said_to_be_none(app: EventApp, bus: str) -> None:
    dead = app.queue()
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"
    rule(app, bus, cluster, DeadLetterConfig={"Arn": dead})
    put(app, bus, {})
    (message,) = app.messages(dead)
    error = message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    assert error == "targets of ecs get nothing here"
