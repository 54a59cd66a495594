"""Functions get what changes in tables and what is put into streams, in order and as on AWS."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from samulator.events.local_client import LocalClients
from samulator.events.streams.poller import OnFailure, StreamPoller
from samulator.events.streams.source import DynamoDbSource, KinesisSource, Source
from samulator.servers.aws.service import AwsServer
from samulator.template.model_stream import StreamTrigger
from testkit.aws_process import Declared, aws_client, started_aws
from testkit.event_app import ACCOUNT, REGION, EventApp
from testkit.timing import wait_until

Sent = list[tuple[str, dict[str, Any]]]


def on_failure(sent: Sent) -> OnFailure:
    async def send(arn: str, document: dict[str, Any]) -> None:
        sent.append((arn, document))

    return OnFailure("arn:of:function", send)


@pytest.fixture
def table(app: EventApp) -> str:
    name = f"t-{uuid4().hex}"
    app.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return name


@pytest.fixture
def stream(app: EventApp) -> str:
    name = f"s-{uuid4().hex}"
    app.client("kinesis").create_stream(StreamName=name, ShardCount=2)
    return name


def table_poller(app: EventApp, table: str, sent: Sent, **settings: Any) -> StreamPoller:
    arn = app.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    trigger = StreamTrigger(**{"function": "First", "stream": arn, **settings})
    source = DynamoDbSource(table, arn, app.client("dynamodbstreams"))
    return StreamPoller(trigger, app.functions.functions, source, on_failure(sent))


def kinesis_poller(app: EventApp, stream: str, sent: Sent, **settings: Any) -> StreamPoller:
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{stream}"
    trigger = StreamTrigger(**{"function": "First", "stream": arn, **settings})
    source = KinesisSource(stream, arn, app.client("kinesis"))
    return StreamPoller(trigger, app.functions.functions, source, on_failure(sent))


def records(app: EventApp, about: str, function: str = "First") -> list[dict[str, Any]]:
    return [record for event in app.events(function, about) for record in event["Records"]]


def waited(find: Callable[[], list[dict[str, Any]]], count: int) -> list[dict[str, Any]]:
    wait_until(lambda: len(find()) >= count)
    return find()


def test_each_change_of_a_table_is_a_record_as_dynamodb_sends_it(app: EventApp, table: str) -> None:
    dynamodb = app.client("dynamodb")
    item = {"id": {"S": "a"}, "n": {"N": "1"}, "raw": {"B": b"\x00"}, "l": {"L": [{"B": b"\x01"}]}}
    with app.working(table_poller(app, table, []).run()):
        dynamodb.put_item(TableName=table, Item=item)
        dynamodb.update_item(
            TableName=table,
            Key={"id": {"S": "a"}},
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": "2"}},
        )
        # What changes nothing is no change.
        dynamodb.put_item(TableName=table, Item={**item, "n": {"N": "2"}})
        dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}})
        insert, modify, remove = waited(lambda: records(app, table), 3)

    old = {"id": {"S": "a"}, "n": {"N": "1"}, "raw": {"B": "AA=="}, "l": {"L": [{"B": "AQ=="}]}}
    new = {**old, "n": {"N": "2"}}
    change = insert.pop("dynamodb")
    assert isinstance(change.pop("ApproximateCreationDateTime"), int)
    assert change.pop("SequenceNumber").isdigit()
    assert change.pop("SizeBytes") > 0
    assert change == {
        "Keys": {"id": {"S": "a"}},
        "NewImage": old,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert insert.pop("eventID")
    arn = app.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    assert insert == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": arn,
    }
    assert (modify["eventName"], remove["eventName"]) == ("MODIFY", "REMOVE")
    assert (modify["dynamodb"]["OldImage"], modify["dynamodb"]["NewImage"]) == (old, new)
    assert remove["dynamodb"]["OldImage"] == new
    assert "NewImage" not in remove["dynamodb"]


def test_a_table_whose_name_aws_refuses_is_read_as_others(app: EventApp) -> None:
    clients = LocalClients(app.server.url, REGION)
    clients("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    assert len(DynamoDbSource("t", "", clients("dynamodbstreams")).shards()) == 1


def test_a_filter_lets_through_changes_that_it_names(app: EventApp, table: str) -> None:
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"n": {"N": ["2", "3"]}}}}
    poller = table_poller(app, table, [], filters=(json.dumps(pattern),))
    with app.working(poller.run()):
        for number in ("1", "2", "3"):
            app.client("dynamodb").put_item(
                TableName=table, Item={"id": {"S": number}, "n": {"N": number}}
            )
        found = waited(lambda: records(app, table), 2)
    assert [record["dynamodb"]["NewImage"]["n"]["N"] for record in found] == ["2", "3"]


def test_what_was_there_before_latest_is_left_out(app: EventApp, stream: str) -> None:
    kinesis = app.client("kinesis")
    kinesis.put_record(StreamName=stream, Data=b"before", PartitionKey="k")
    poller = kinesis_poller(app, stream, [], starting_position="LATEST")
    kinesis.put_record(StreamName=stream, Data=b"after", PartitionKey="k")
    with app.working(poller.run()):
        found = waited(lambda: records(app, stream), 1)
    assert [record["kinesis"]["data"] for record in found] == ["YWZ0ZXI="]


def test_a_record_of_kinesis_is_as_kinesis_sends_it(app: EventApp, stream: str) -> None:
    with app.working(kinesis_poller(app, stream, []).run()):
        put = app.client("kinesis").put_record(
            StreamName=stream, Data="ü".encode(), PartitionKey="k"
        )
        (record,) = waited(lambda: records(app, stream), 1)
    assert isinstance(record["kinesis"].pop("approximateArrivalTimestamp"), float)
    assert record == {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "k",
            "sequenceNumber": put["SequenceNumber"],
            "data": "w7w=",
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{put['ShardId']}:{put['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{ACCOUNT}:role/local",
        "awsRegion": REGION,
        "eventSourceARN": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{stream}",
    }


def test_a_filter_reads_the_data_of_kinesis(app: EventApp, stream: str) -> None:
    pattern = json.dumps({"data": {"state": ["paid"]}})
    with app.working(kinesis_poller(app, stream, [], filters=(pattern,)).run()):
        for data in (b"no json", b'{"state": "open"}', b'{"state": "paid"}'):
            app.client("kinesis").put_record(StreamName=stream, Data=data, PartitionKey="k")
        (record,) = waited(lambda: records(app, stream), 1)
    assert record["eventID"].endswith(":3")


def test_records_of_a_key_keep_their_order_while_batches_run_beside_each_other(
    app: EventApp, stream: str
) -> None:
    poller = kinesis_poller(app, stream, [], batch_size=3, parallelization_factor=4)
    with app.working(poller.run()):
        entries = [
            {"Data": f"{number}".encode(), "PartitionKey": f"k{number % 5}"} for number in range(60)
        ]
        app.client("kinesis").put_records(StreamName=stream, Records=entries)
        found = waited(lambda: records(app, stream), 60)
    for key in range(5):
        numbers = [
            int(record["kinesis"]["sequenceNumber"])
            for record in found
            if record["kinesis"]["partitionKey"] == f"k{key}"
        ]
        assert numbers == sorted(numbers)
        assert len(numbers) == 12


def test_the_record_that_fails_is_singled_out_and_told_of(app: EventApp, stream: str) -> None:
    sent: Sent = []
    poller = kinesis_poller(
        app,
        stream,
        sent,
        function="Second",
        bisects=True,
        maximum_retry_attempts=0,
        on_failure="arn:aws:sqs:us-east-1:123456789012:failed",
    )
    # The function looks for the word in the whole event.
    entries = [{"Data": b"ok", "PartitionKey": key} for key in ("FAIL", "k", "k")]
    app.client("kinesis").put_records(StreamName=stream, Records=entries)
    with app.working(poller.run()):
        wait_until(lambda: sent)
        wait_until(lambda: len(records(app, stream, "Second")) == 2)
    ((arn, document),) = sent
    assert arn.endswith(":failed")
    assert document["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert document["requestContext"]["functionArn"] == "arn:of:function"
    assert document["KinesisBatchInfo"]["batchSize"] == 1


@pytest.mark.parametrize("kind", ["kinesis", "dynamodb"])
def test_windows_of_a_stream_end_with_the_count_of_their_records(
    app: EventApp, stream: str, table: str, kind: str
) -> None:
    settings = {"function": "Counter", "tumbling_window": 1}
    if kind == "kinesis":
        name, poller = stream, kinesis_poller(app, stream, [], **settings)
    else:
        name, poller = table, table_poller(app, table, [], **settings)

    def ended() -> list[dict[str, Any]]:
        events = app.events("Counter", name)
        return [event for event in events if event["isFinalInvokeForWindow"]]

    with app.working(poller.run()):
        for number in range(3):
            if kind == "kinesis":
                app.client("kinesis").put_record(StreamName=name, Data=b"x", PartitionKey="k")
            else:
                app.client("dynamodb").put_item(TableName=name, Item={"id": {"S": f"{number}"}})
        # The clock may begin a new window between two of them.
        wait_until(lambda: sum(event["state"]["count"] for event in ended()) == 3)
    for event in ended():
        assert event["Records"] == []
        assert event["shardId"].startswith("shardId-")
        assert name in event["eventSourceARN"]


def test_a_stream_that_comes_later_is_read_from_its_beginning(app: EventApp) -> None:
    name = f"s-{uuid4().hex}"
    with app.working(kinesis_poller(app, name, []).run()):
        app.client("kinesis").create_stream(StreamName=name, ShardCount=1)
        app.client("kinesis").put_record(StreamName=name, Data=b"1", PartitionKey="k")
        assert waited(lambda: records(app, name), 1)


@pytest.mark.parametrize("kind", [pytest.param("kinesis", marks=pytest.mark.long), "dynamodb"])
def test_a_stream_that_is_made_anew_is_read_from_its_beginning(
    app: EventApp, tmp_path: Path, kind: str
) -> None:
    name = f"n-{uuid4().hex}"
    table = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    }
    declared: tuple[Declared, ...] = (
        ("AWS::Kinesis::Stream", name, {"ShardCount": 1}),
        ("AWS::DynamoDB::Table", name, table),
    )
    with started_aws(tmp_path, *declared) as server:

        def put(text: str) -> None:
            if kind == "kinesis":
                client = aws_client(server, "kinesis")
                client.put_record(StreamName=name, Data=text.encode(), PartitionKey=text)
            else:
                client = aws_client(server, "dynamodb")
                client.put_item(TableName=name, Item={"id": {"S": text}})

        poller = poller_of(app, server, kind, name)
        with app.working(poller.run()):
            put("first")
            waited(lambda: records(app, name), 1)
            server.stop()
            server.start()
            put("second")
            found = waited(lambda: records(app, name), 2)
    assert len(found) == 2


def poller_of(app: EventApp, server: AwsServer, kind: str, name: str) -> StreamPoller:
    path = f"stream/{name}" if kind == "kinesis" else f"table/{name}/stream/label"
    trigger = StreamTrigger("First", f"arn:aws:{kind}:{REGION}:{ACCOUNT}:{path}")
    clients = LocalClients(server.url, REGION)
    source: Source = (
        KinesisSource(name, trigger.stream, clients("kinesis"))
        if kind == "kinesis"
        else DynamoDbSource(name, trigger.stream, clients("dynamodbstreams"))
    )
    return StreamPoller(trigger, app.functions.functions, source, on_failure([]))
