"""Every call to a dataset needs a token with datasets:read where tokens are required."""

import json

import pyarrow as pa
import pytest

from datasets import handler, query_handler
from datasets.settings import QuerySettings
from datasets.web.entry import HttpEntry
from tests.unit.datasets.conftest import caller

CALLS = [
    ("GET", ""),
    ("GET", "/rows"),
    ("GET", "/rejected"),
    ("GET", "/summary?by=product&measure=count"),
    ("GET", "/runs"),
    ("POST", "/query"),
]


@pytest.fixture(scope="module")
def ask(processed):
    """As API Gateway calls the functions behind its authorizer."""
    processed.publish("orders.csv", "orders/", pa.table({"product": ["a"]}))
    settings = QuerySettings(
        processed_bucket=processed.bucket,
        auth_required=True,
        aws_endpoint_url=processed.url,
        query_seconds=10,
        query_memory_mb=256,
        query_file_mb=1,
    )
    calls = {
        "GET": caller(HttpEntry(lambda: settings, handler.build)),
        "POST": caller(HttpEntry(lambda: settings, query_handler.build)),
    }

    def ask(method, ending, claims):
        path, _, query = ending.partition("?")
        return calls[method](
            f"/datasets/orders{path}",
            method=method,
            headers={"content-type": "application/json"},
            body=json.dumps({"sql": "select 1"}) if method == "POST" else None,
            claims=claims,
            **dict(pair.split("=") for pair in query.split("&") if pair),
        )

    return ask


@pytest.mark.parametrize(("method", "ending"), CALLS)
@pytest.mark.parametrize(
    ("claims", "status"),
    [
        (None, 401),
        ({}, 401),
        ({"sub": "x"}, 403),
        ({"scope": "users/read datasets/write"}, 403),
        ({"scope": "users/read datasets/read"}, 200),
        ({"scp": "[datasets:read]"}, 200),
    ],
)
def test_a_call_without_the_scope_is_refused(ask, method, ending, claims, status):
    answer = ask(method, ending, claims)
    assert answer.status == status, answer.text
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
