"""POST /datasets/{name}/query: what is answered, as JSON and as CSV."""

import csv
import io
import json
import os
from datetime import datetime

import pyarrow as pa
import pytest

from datasets import query_handler
from datasets.settings import QuerySettings
from datasets.web.entry import HttpEntry
from tests.unit.datasets.conftest import caller


@pytest.fixture(scope="module", autouse=True)
def published(processed):
    table = pa.table(
        {
            "order_id": [str(number) for number in range(300)],
            "product": ["Widget", "Gadget", None] * 100,
            "quantity": pa.array([1, 2, 3] * 100, pa.int64()),
            "order_date": pa.array([datetime(2026, 1, 2)] * 300, pa.timestamp("us")),
        }
    )
    processed.publish("2026/q.csv", "2026/q/", table)


@pytest.fixture(scope="module")
def call(processed):
    """Of QueryFunction, to which the gateway sends every POST below /datasets/."""
    settings = QuerySettings(
        processed_bucket=processed.bucket,
        auth_required=False,
        aws_endpoint_url=processed.url,
        query_seconds=10,
        query_memory_mb=256,
        query_file_mb=1,
    )
    return caller(HttpEntry(lambda: settings, query_handler.build))


@pytest.fixture(scope="module")
def query(call):
    def ask(sql, name="2026/q", accept="application/json", **more):
        return call(
            f"/datasets/{name}/query",
            method="POST",
            headers={"content-type": "application/json", "accept": accept},
            body=json.dumps({"sql": sql, **more}),
        )

    return ask


def test_a_member_of_the_body_that_is_there_twice_is_named(call):
    answer = call(
        "/datasets/2026/q/query",
        method="POST",
        headers={"content-type": "application/json"},
        body='{"sql": "select 1", "sql": "select 2"}',
    )
    assert answer.status == 422
    assert answer.json()["errors"] == [{"pointer": "#", "detail": '"sql" is given more than once'}]


def test_a_query_answers_with_columns_and_rows(query):
    answer = query(
        "select product, sum(quantity) as n, min(order_date) d from dataset group by all order by n"
    )
    assert answer.status == 200, answer.text
    assert answer.json()["columns"] == [
        {"name": "product", "type": "VARCHAR"},
        {"name": "n", "type": "HUGEINT"},
        {"name": "d", "type": "TIMESTAMP"},
    ]
    assert answer.json()["rows"] == [
        ["Widget", 100, "2026-01-02T00:00:00Z"],
        ["Gadget", 200, "2026-01-02T00:00:00Z"],
        [None, 300, "2026-01-02T00:00:00Z"],
    ]
    assert answer.json()["truncated"] is False


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("with a as (select * from dataset) select count(*) from a, a b", [[90000]]),
        ("select count(*) from dataset a join dataset b using (order_id)", [[300]]),
        (
            "select order_id, sum(quantity) over (order by order_id::int) from dataset limit 2",
            [["0", 1], ["1", 3]],
        ),
        ("select count(*) from dataset where quantity > 2 -- comment", [[100]]),
        ("from dataset select max(quantity);", [[3]]),
        ("select x from range(2) t(x)", [[0], [1]]),
        ("select 9007199254740993::bigint, 1.5::decimal(4,2)", [["9007199254740993", "1.50"]]),
    ],
)
def test_selects_of_many_forms_are_answered(query, sql, rows):
    assert query(sql).json()["rows"] == rows


def test_more_rows_than_the_limit_are_cut_and_said_to_be(query):
    answer = query("select * from dataset", limit=10).json()
    assert (len(answer["rows"]), answer["truncated"]) == (10, True)


def test_a_query_as_csv_has_a_header_and_says_when_it_is_cut(query):
    sql = "select order_id, product = 'Widget' as w, [1, 2] as l from dataset order by 1"
    answer = query(sql, accept="text/csv", limit=3)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["truncated"] == "true"
    assert "q-query.csv" in answer.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["order_id", "w", "l"],
        ["0", "true", "[1, 2]"],
        ["1", "false", "[1, 2]"],
        ["10", "false", "[1, 2]"],
    ]


def test_an_answer_is_of_the_version_that_the_report_names(processed, query):
    def published(product):
        processed.publish("v.csv", "v/", pa.table({"product": [product]}))
        return query("from dataset", name="v").json()

    first, second = published("old"), published("new")
    assert (first["rows"], second["rows"]) == ([["old"]], [["new"]])
    assert first["version"] != second["version"]


def test_a_file_over_the_bound_is_refused_with_its_size(processed, query):
    processed.publish("big.csv", "big/", pa.table({"a": [os.urandom(1_100_000)]}))
    answer = query("select 1", name="big")
    assert answer.status == 422
    assert answer.json()["type"] == "urn:problem:over-limits"
    assert "queries read up to 1 MB" in answer.json()["detail"]


def test_a_body_that_the_gateway_could_not_read_is_refused(call, query):
    json_type = {"content-type": "application/json"}
    body = '{"sql": "select \'K\ufffdln\' as city"}'
    answer = call("/datasets/2026/q/query", method="POST", headers=json_type, body=body)
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "#")
    assert answer.json()["detail"].startswith("#: the body is no UTF-8")
    assert query("select 'K\ufffdln' as city").json()["rows"] == [["K\ufffdln"]]  # escaped


def test_a_query_needs_json_and_an_existing_dataset(query):
    assert query("select 1", name="none").status == 404
    assert query("select 1", more=1).status == 422
    assert query("select 1", limit=10_001).json()["errors"][0]["pointer"] == "#/limit"


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/datasets/q/rows", "GET, HEAD, OPTIONS"),
        ("/datasets/q", "GET, HEAD, OPTIONS"),
        ("/datasets/descriptions", "GET, HEAD, PUT, DELETE, OPTIONS"),
    ],
)
def test_post_to_a_path_of_another_function_names_what_can_be_done_there(call, path, allow):
    answer = call(path, method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, allow)


def test_what_is_no_query_is_told_in_the_engine_s_words(query):
    answer = query("select nothing from dataset")
    assert answer.status == 422
    assert answer.json()["type"] == "urn:problem:invalid-input"
    assert answer.json()["errors"][0]["pointer"] == "#/sql"
    assert "nothing" in answer.json()["errors"][0]["detail"]
