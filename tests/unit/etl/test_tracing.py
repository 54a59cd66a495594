"""A run of the ETL in a trace: its phases, and the calls of S3 inside them."""

import json
from pathlib import Path

from tests.xray_daemon import FUNCTION, SentSpans, traced

ROOT = Path(__file__).parents[3]
EVENT = json.loads((ROOT / "events" / "s3_put.json").read_text())
FILE = """order_id,customer_id,product,quantity,price,order_date
1,Lovelace,engine,1,7.50,2024-01-01
"""


def inside(sent: SentSpans, phase: str) -> set[str]:
    (own,) = sent.named(phase)
    return {span.detail for span in sent.spans if span.parent_id == own.id}


def test_the_phases_of_a_run_are_spans_around_their_calls_of_s3(buckets, invoke):
    buckets.land(FILE)
    with traced() as daemon:
        assert invoke(EVENT)["results"][0]["status"] == "succeeded"
        sent = daemon.received()
    (file,) = sent.named("file")
    assert (file.parent_id, file.detail) == (FUNCTION, "succeeded")
    phases = [span.name for span in sent.spans if span.parent_id == file.id and span.name != "S3"]
    assert phases == ["settle", "download", "clean", "advise", "publish"]
    assert "GetObject" in inside(sent, "download")
    assert "PutObject" in inside(sent, "publish")
    assert "Lovelace" not in sent.text


def test_a_file_that_is_refused_shows_where(buckets, invoke):
    buckets.land("")
    with traced() as daemon:
        assert invoke(EVENT)["results"][0]["status"] == "refused"
        sent = daemon.received()
    assert [file.detail for file in sent.named("file")] == ["refused"]
    failed = [(span.name, span.failure) for span in sent.spans if span.failure == "fault"]
    assert [name for name, _ in failed] in (["download"], ["clean"])


def test_the_functions_trace_alike():
    first, *others = [*(ROOT / "functions").glob("*/*/tracing.py")]
    assert len(others) == 2
    assert {path.read_text() for path in others} == {first.read_text()}
