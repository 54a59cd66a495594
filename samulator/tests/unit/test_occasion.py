"""What an event tells of an invocation, for its line among the traces."""

import json

import pytest

from samulator.functions.occasion import fields_of


@pytest.mark.parametrize(
    ("source", "operation"),
    [
        ("arn:aws:sqs:us-east-1:123456789012:orders.fifo", "orders.fifo"),
        ("arn:aws:kinesis:us-east-1:123456789012:stream/clicks", "stream/clicks"),
        (
            "arn:aws:dynamodb:us-east-1:123456789012:table/users/stream/2020-01-01T00:00:00.000",
            "table/users",
        ),
    ],
)
def test_records_are_named_by_where_they_are_from(source: str, operation: str) -> None:
    event = json.dumps({"Records": [{"eventSourceARN": source}]}).encode()
    assert fields_of(event, b"null") == {"annotations": {"operation": operation}}
