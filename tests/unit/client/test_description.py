"""What make drop sends beside a file, and says of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from client.description import send_description
from client.drop import summary

BUCKET = "sales-landing"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def landed(s3: Any) -> dict[str, bytes]:
    found = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found
    }


def test_a_description_beside_the_file_goes_into_the_folder_of_its_key(
    s3: Any, tmp_path: Path
) -> None:
    file, beside = tmp_path / "orders.csv", tmp_path / "_source.json"
    beside.write_text('{"decimal": ","}')

    said = send_description(s3, file, BUCKET, "2026/orders.csv")

    assert landed(s3) == {"2026/_source.json": b'{"decimal": ","}'}
    assert said == (
        f"{beside} sent too: s3://{BUCKET}/2026/_source.json counts for every file beside it\n"
    )


def test_one_that_is_there_already_is_left_and_another_is_replaced(s3: Any, tmp_path: Path) -> None:
    file, beside = tmp_path / "orders.csv", tmp_path / "_source.json"
    beside.write_text("{}")
    send_description(s3, file, BUCKET, "orders.csv")
    assert send_description(s3, file, BUCKET, "orders.csv") == ""

    beside.write_text('{"decimal": ","}')

    assert "sent too, in place of another: " in send_description(s3, file, BUCKET, "orders.csv")
    assert landed(s3) == {"_source.json": b'{"decimal": ","}'}


def test_a_file_that_lies_alone_is_sent_alone(s3: Any, tmp_path: Path) -> None:
    assert send_description(s3, tmp_path / "orders.csv", BUCKET, "orders.csv") == ""
    assert landed(s3) == {}


def test_the_summary_names_the_description_in_force() -> None:
    report = {
        "status": "succeeded", "seconds": 1, "reasons": {}, "outputs": {},
        "rows_in": 1, "rows_out": 1, "duplicates": 0, "rejected": 0,
        "source": {"bucket": BUCKET, "key": "a/b.csv", "description_key": "a/_source.json"},
    }  # fmt: skip
    assert f"\n  read as s3://{BUCKET}/a/_source.json says\n" in summary(report)
