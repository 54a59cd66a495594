"""Partial batch responses, read as Lambda reads them."""

import pytest

from samulator.events.batch_response import failed_items


@pytest.mark.parametrize(
    ("payload", "failed"),
    [
        (b"", set()),
        (b"null", set()),
        (b'""', set()),
        (b"{}", set()),
        (b'{"statusCode": 200}', set()),
        (b'{"batchItemFailures": []}', set()),
        (b'{"batchItemFailures": null}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "a"}]}', {"a"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": 1}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": ["a"]}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": {"a": 1}}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifer": "a"}]}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}', None),
        (b'{"batchItemFailures": ["a"]}', None),
        (b'{"batchItemFailures": [null]}', None),
        (b'{"batchItemFailures": "a"}', None),
        (b'{"batchItemFailures": {}}', None),
        (b"true", None),
        (b'"done"', None),
        (b"[]", None),
        (b"<html>", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
    ],
)
def test_partial_responses_are_read_as_lambda_reads_them(
    payload: bytes, failed: set[str] | None
) -> None:
    assert failed_items(payload, {"a", "b"}) == failed
