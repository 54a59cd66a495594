"""Each call answers with what the API's document says of it."""

import json
from datetime import datetime

import jsonschema
import pyarrow as pa
import pytest

from contracts.dataset_calls import document
from datasets.query.call import QueryCall
from datasets.settings import QuerySettings
from datasets.storage.bucket import Bucket
from datasets.web.entry import HttpEntry, Route
from tests.unit.datasets.conftest import caller

RUN = "20260101T000000Z-000000000001"


@pytest.fixture(scope="module", autouse=True)
def published(processed):
    row = {
        "order_id": "1", "customer_id": "c", "product": None, "quantity": 2, "price": 1.5,
        "order_date": datetime(2026, 1, 2),
    }  # fmt: skip
    report = processed.publish(
        "told.csv",
        "told/",
        pa.Table.from_pylist([row]),
        rejected=b"line,reason,detail,original\n3,invalid_price,x,1;x\n",
        rejected_count=1,
    )
    processed.put(f"told/runs/{RUN}.json", json.dumps(report).encode())


@pytest.fixture(scope="module")
def queried(processed, settings):
    asked = QuerySettings(
        **settings.model_dump(), query_seconds=10, query_memory_mb=512, query_file_mb=1
    )
    query = QueryCall(Bucket(processed.bucket, endpoint_url=processed.url), asked)
    return caller(
        HttpEntry(lambda: asked, lambda _: (Route("POST", "/datasets/{name}/query", query),))
    )


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", {}),
        ("/rows", {}),
        ("/rows", {"where": "price>1"}),
        ("/rejected", {}),
        ("/summary", {"by": "product", "measure": "revenue"}),
        ("/summary", {"by": "month"}),
        ("/parts", {}),
        ("/runs", {}),
        ("/runs", {"id": RUN}),
    ],
)
def test_answer_has_the_shape_that_the_document_promises(call, path, query):
    answer = call(f"/datasets/told{path}", **query)
    check(answer, "get", path)


def test_answer_of_a_query_has_it_too(queried):
    headers = {"content-type": "application/json"}
    body = json.dumps({"sql": "select product, price from dataset"})
    answer = queried("/datasets/told/query", method="POST", headers=headers, body=body)
    check(answer, "post", "/query")


def check(answer, method, path):
    assert answer.status == 200, answer.text
    promised = document()["paths"][f"/datasets/{{name}}{path}"][method]["responses"]["200"]
    schema = promised["content"]["application/json"]["schema"]
    jsonschema.validate(answer.json(), schema)
    assert set(answer.json()) <= properties(schema)


def properties(schema):
    kinds = schema.get("anyOf", [schema])
    return {name for kind in kinds for name in kind["properties"]}
