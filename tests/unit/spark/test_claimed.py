"""What becomes of a version that the function has claimed for the job."""

import gzip
from functools import partial

import pytest

from etl.errors import Refused
from etl.report.model import PROCESSING, REFUSED, WARNED
from etl.s3.processed import Processed
from etl.settings import Settings
from etl.source.file import Source
from jobs.spark.claimed import OtherSource, Wanted, run_claimed
from jobs.spark.parts import Store
from jobs.spark.readable import text_of
from tests.unit.etl.cleaning import run
from tests.unit.etl.hostile_files import HEADER, HOSTILE, row
from tests.unit.spark.buckets import LANDING, PROCESSED
from tests.unit.spark.claims import claim
from tests.unit.spark.without_spark import cleaned_in_ranges

TEXT = HEADER + HOSTILE["repeats and times"] + HOSTILE["CRLF"]


@pytest.fixture
def settings(monkeypatch) -> Settings:
    monkeypatch.setenv("ETL_MAX_BYTES", "10")
    return Settings(landing_bucket=LANDING, processed_bucket=PROCESSED)


@pytest.fixture
def claimed(bucket):
    return partial(claim, bucket)


@pytest.fixture
def report(bucket):
    return lambda: Processed(bucket, PROCESSED, "orders/").current().report


def test_parts_of_a_claimed_object_are_published_as_its_file(claimed, bucket, report, settings):
    assert run_claimed(claimed(TEXT.encode()), settings, cleaned_in_ranges) == WARNED

    found, whole = report(), run(TEXT)
    assert found.findings == whole.cleaned.findings
    assert len(found.parts) == 2
    for kept, name in (("csv", "processed_output.csv"), ("rejected", "rejected_rows.csv")):
        outputs = [getattr(part, kept) for part in found.parts]
        read = [body(bucket, output) for output in outputs]
        assert b"".join(read) == whole.files[name]
        assert [len(part) for part in read] == [one.bytes for one in outputs]


def test_refusal_is_published_and_no_part_is_left(claimed, bucket, report, settings):
    wanted = claimed((HEADER + HOSTILE["open at the end"]).encode())

    assert run_claimed(wanted, settings, cleaned_in_ranges) == REFUSED

    assert report().refusal.reason == "unterminated_quote"
    assert report().parts == []
    assert not [key for key in keys(bucket) if "/parts/" in key]


def test_text_that_was_written_down_for_the_run_is_gone_behind_it(
    claimed, bucket, report, settings
):
    def cleaner(source: Source, store: Store):
        text = text_of(source, source.header(), store)
        assert not isinstance(text, Refused)
        assert "orders/parts/" in "".join(keys(bucket))
        return cleaned_in_ranges(source.with_text_at(text), store)

    wanted = claimed(gzip.compress(TEXT.encode()), "orders.csv.gz")

    assert run_claimed(wanted, settings, cleaner) == WARNED
    assert report().findings == run(TEXT).cleaned.findings
    assert not [key for key in keys(bucket) if key.endswith("scratch.csv")]


def test_run_without_such_a_text_leaves_no_marker_of_one(claimed, bucket, settings):
    run_claimed(claimed(TEXT.encode()), settings, cleaned_in_ranges)

    assert "DeleteMarkers" not in bucket.list_object_versions(Bucket=PROCESSED)


def test_claim_of_a_newer_version_in_the_middle_of_a_run_wins(claimed, bucket, report, settings):
    def cleaner(source: Source, store: Store):
        cleaned = cleaned_in_ranges(source, store)
        claimed((TEXT + row(9)).encode())
        return cleaned

    assert run_claimed(claimed(TEXT.encode()), settings, cleaner) == "superseded"

    assert report().status == PROCESSING
    assert not [key for key in keys(bucket) if "/parts/" in key]


def test_run_whose_claim_is_gone_reads_nothing(claimed, settings):
    old = claimed(TEXT.encode())
    claimed((TEXT + row(9)).encode())

    def cleaner(source: Source, store: Store):
        raise AssertionError("nothing is to be cleaned")

    assert run_claimed(old, settings, cleaner) == "superseded"


def test_claim_for_another_version_than_the_run_was_told_is_an_error(claimed, settings):
    wanted = claimed(TEXT.encode())
    other = Wanted(LANDING, wanted.key, "another", wanted.etag, PROCESSED, wanted.claim_id)

    with pytest.raises(OtherSource, match=r"another version of orders\.csv"):
        run_claimed(other, settings, cleaned_in_ranges)


def body(bucket, output) -> bytes:
    got = bucket.get_object(Bucket=PROCESSED, Key=output.key, VersionId=output.version_id)
    return got["Body"].read()


def keys(bucket) -> list[str]:
    listed = bucket.list_objects_v2(Bucket=PROCESSED).get("Contents", [])
    return [item["Key"] for item in listed]
