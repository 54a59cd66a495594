"""What a destination is told of records that are given up: where they are, not what they say.

Shape: AWS Lambda Developer Guide, "Retain discarded batch records for a DynamoDB event source".
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samulator.events.streams.record import StreamRecord, shown_time
from samulator.functions.invocation import Invocation

RETRIES_EXHAUSTED, TOO_OLD = "RetryAttemptsExhausted", "RecordAgeExceeded"


@dataclass(frozen=True)
class Discarded:
    """`attempts` is how often the function was given them, `last` what it answered, if ever."""

    records: Sequence[StreamRecord]
    condition: str
    attempts: int
    last: Invocation | None


def record_of(
    discarded: Discarded, *, function_arn: str, stream: str, shard: str
) -> dict[str, Any]:
    """The document; `stream` is an ARN."""
    first, last = discarded.records[0], discarded.records[-1]
    kind = "DDBStreamBatchInfo" if stream.split(":")[2] == "dynamodb" else "KinesisBatchInfo"
    now = datetime.now(UTC)
    document: dict[str, Any] = {
        "requestContext": {
            "requestId": discarded.last.request_id if discarded.last else str(uuid.uuid4()),
            "functionArn": function_arn,
            "condition": discarded.condition,
            "approximateInvokeCount": discarded.attempts,
        },
        "version": "1.0",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
        kind: {
            "shardId": shard,
            "startSequenceNumber": first.sequence_number,
            "endSequenceNumber": last.sequence_number,
            "approximateArrivalOfFirstRecord": shown_time(first.arrived),
            "approximateArrivalOfLastRecord": shown_time(last.arrived),
            "batchSize": len(discarded.records),
            "streamArn": stream,
        },
    }
    if discarded.last is not None:
        response: dict[str, Any] = {"statusCode": 200, "executedVersion": "$LATEST"}
        if discarded.last.function_error is not None:
            response["functionError"] = discarded.last.function_error
        document["responseContext"] = response
    return document
