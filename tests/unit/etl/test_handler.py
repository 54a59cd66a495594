"""The handler from event to published files, on S3 in process."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from samples.sales import write_sales

EVENTS = Path(__file__).parents[3] / "events"


def event(name: str) -> dict:
    return json.loads((EVENTS / name).read_text())


@pytest.fixture
def sample() -> str:
    text = io.StringIO()
    write_sales(text)
    return text.getvalue()


def test_sample_file_cleans_to_4680_rows_five_outputs_a_summary_and_a_run(buckets, invoke, sample):
    buckets.land(sample)

    answer = invoke(event("s3_put.json"))

    assert answer["results"] == [
        {
            "key": "raw.csv",
            "status": "succeeded",
            "rows_in": 5200,
            "rows_out": 4680,
            "duplicates": 312,
            "rejected": 208,
        }
    ]
    *before, run = buckets.names()
    assert before == [
        "_datasets/summary.json",
        "processed_output.csv",
        "processed_output.parquet",
        "rejected_rows.csv",
        "report.html",
        "report.json",
    ]
    assert buckets.read(run) == buckets.read("report.json")
    table = parquet.read_table(pa.BufferReader(buckets.read("processed_output.parquet")))
    assert table.num_rows == 4680
    assert buckets.read("processed_output.csv").count(b"\n") == 4681


def test_same_event_twice_works_once(buckets, invoke, sample):
    buckets.land(sample)
    invoke(event("s3_put.json"))
    first = buckets.s3.head_object(Bucket="sales-processed", Key="report.json")["VersionId"]

    answer = invoke(event("s3_put.json"))

    assert answer["results"][0]["status"] == "already_done"
    head = buckets.s3.head_object(Bucket="sales-processed", Key="report.json")
    assert head["VersionId"] == first
