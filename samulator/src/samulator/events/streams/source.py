"""A stream as a reader uses it, and the two kinds that there are.

Shapes: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" and "... Kinesis".
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ConnectionClosedError

from samulator.events.streams.record import StreamRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.client import DynamoDBStreamsClient
    from mypy_boto3_kinesis.client import KinesisClient

_ROLE = "arn:aws:iam::123456789012:role/local"


@dataclass(frozen=True)
class Page:
    """What one read gave, and where the next begins; None where the shard is closed and read."""

    records: Sequence[StreamRecord]
    next_position: str | None


class Source(Protocol):
    """Calls block; they raise BotoCoreError and ClientError."""

    @property
    def arn(self) -> str:
        """The stream's."""
        ...

    def created(self) -> str:
        """When it was made: what tells it from a later one of its name."""
        ...

    def shards(self) -> list[str]:
        """The ids of all shards, parents before their children."""
        ...

    def beginning(self, shard: str) -> str:
        """The position before the first record that is kept."""
        ...

    def read(self, shard: str, position: str, limit: int) -> Page:
        """At most `limit` records from the position on."""
        ...


class KinesisSource:
    """A stream of Kinesis."""

    def __init__(self, name: str, arn: str, client: "KinesisClient") -> None:
        self.arn = arn
        self._name = name
        self._client = client

    def created(self) -> str:
        described = self._client.describe_stream_summary(StreamName=self._name)
        return described["StreamDescriptionSummary"]["StreamCreationTimestamp"].isoformat()

    def shards(self) -> list[str]:
        shards: list[str] = []
        options: dict[str, Any] = {"StreamName": self._name}
        while options:
            answer = self._client.list_shards(**options)
            shards += [shard["ShardId"] for shard in answer["Shards"]]
            token = answer.get("NextToken")
            options = {"NextToken": token} if token else {}
        return shards

    def beginning(self, shard: str) -> str:
        return self._client.get_shard_iterator(
            StreamName=self._name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def read(self, shard: str, position: str, limit: int) -> Page:
        answer = self._client.get_records(ShardIterator=position, Limit=min(limit, 10_000))
        records = [self._record(shard, record) for record in _records(answer, self.arn)]
        return Page(records, answer.get("NextShardIterator"))

    def _record(self, shard: str, record: Mapping[str, Any]) -> StreamRecord:
        number = record["SequenceNumber"]
        arrived = record["ApproximateArrivalTimestamp"].timestamp()
        content = {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": record["PartitionKey"],
                "sequenceNumber": number,
                "data": base64.b64encode(record["Data"]).decode(),
                "approximateArrivalTimestamp": round(arrived, 3),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard}:{number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": _ROLE,
            "awsRegion": self.arn.split(":")[3],
            "eventSourceARN": self.arn,
        }
        return StreamRecord(number, record["PartitionKey"], arrived, content)


class DynamoDbSource:
    """The stream of a table, found by the table's name."""

    def __init__(self, table: str, arn: str, client: "DynamoDBStreamsClient") -> None:
        self.arn = arn
        self._table = table
        self._client = client

    def created(self) -> str:
        described = self._client.describe_stream(StreamArn=self.arn)["StreamDescription"]
        return described["CreationRequestDateTime"].isoformat()

    def shards(self) -> list[str]:
        streams = self._client.list_streams(TableName=self._table)["Streams"]
        if not streams:
            return []
        self.arn = streams[-1]["StreamArn"]
        described = self._client.describe_stream(StreamArn=self.arn)["StreamDescription"]
        return [shard["ShardId"] for shard in described.get("Shards", [])]

    def beginning(self, shard: str) -> str:
        return self._client.get_shard_iterator(
            StreamArn=self.arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def read(self, shard: str, position: str, limit: int) -> Page:  # noqa: ARG002 - as Source says
        answer = self._client.get_records(ShardIterator=position, Limit=min(limit, 1_000))
        records = [self._record(record) for record in _records(answer, self.arn)]
        return Page(records, answer.get("NextShardIterator"))

    def _record(self, record: Mapping[str, Any]) -> StreamRecord:
        change = dict(record["dynamodb"])
        arrived = change["ApproximateCreationDateTime"].timestamp()
        change["ApproximateCreationDateTime"] = int(arrived)
        for image in ("Keys", "NewImage", "OldImage"):
            if image in change:
                change[image] = {name: _value(value) for name, value in change[image].items()}
        keys = json.dumps(change["Keys"], sort_keys=True).encode()
        content = {
            "eventID": record["eventID"],
            "eventName": record["eventName"],
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.arn.split(":")[3],
            "dynamodb": change,
            "eventSourceARN": self.arn,
        }
        key = hashlib.sha256(keys).hexdigest()
        return StreamRecord(str(change["SequenceNumber"]), key, arrived, content)


def _records(answer: Mapping[str, Any], stream: str) -> Sequence[Mapping[str, Any]]:
    """Raises ConnectionClosedError for the empty answer of a server that is being stopped."""
    if "Records" not in answer:
        raise ConnectionClosedError(endpoint_url=stream)
    records: Sequence[Mapping[str, Any]] = answer["Records"]
    return records


def _value(typed: Mapping[str, Any]) -> dict[str, Any]:
    """A DynamoDB value as JSON has it: bytes in base64."""
    ((kind, value),) = typed.items()
    if kind == "B":
        return {kind: base64.b64encode(value).decode()}
    if kind == "BS":
        return {kind: [base64.b64encode(one).decode() for one in value]}
    if kind == "M":
        return {kind: {name: _value(one) for name, one in value.items()}}
    if kind == "L":
        return {kind: [_value(one) for one in value]}
    return {kind: value}
