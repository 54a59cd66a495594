"""Streams of tables: what moto's lack of DynamoDB's, for as long as a stack runs."""

from itertools import islice
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

# Each read makes another one, and readers read for days.
_MOST_ITERATORS = 1000


def correct_table_streams(region: str) -> None:
    """Records of what changed alone, in this region, and positions that are forgotten in time."""
    add, get_records = StreamShard.add, DynamoDBStreamsBackend.get_records

    def add_change(shard: StreamShard, old: Item | None, new: Item | None) -> None:
        if old is not None and new is not None and old.to_json() == new.to_json():
            return
        add(shard, old, new)
        shard.items[-1].record["awsRegion"] = region

    def get_and_forget(
        backend: DynamoDBStreamsBackend, iterator_arn: str, limit: int
    ) -> dict[str, Any]:
        answer: dict[str, Any] = get_records(backend, iterator_arn, limit)
        iterators = backend.shard_iterators
        for old in [*islice(iterators, max(0, len(iterators) - _MOST_ITERATORS))]:
            del iterators[old]
        return answer

    StreamShard.add = add_change  # type: ignore[method-assign, assignment]
    DynamoDBStreamsBackend.get_records = get_and_forget  # type: ignore[method-assign, assignment]
