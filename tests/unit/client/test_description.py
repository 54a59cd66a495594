"""What make drop sends beside a file, and says of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from client.description import send_description

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
        f"{beside} sent too: s3://{BUCKET}/2026/_source.json counts for every file beside it, "
        "later ones too; DELETE /datasets/descriptions?key=2026/orders.csv removes it\n"
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


def test_a_description_that_an_earlier_drop_left_is_told_of(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="_source.json", Body=b'{"decimal": ","}')
    assert send_description(s3, tmp_path / "a b.csv", BUCKET, "a b.csv") == (
        f"s3://{BUCKET}/_source.json was there before and counts for a b.csv, too; "
        "DELETE /datasets/descriptions?key=a%20b.csv removes it\n"
    )
    assert send_description(s3, tmp_path / "a b.csv", BUCKET, "2026/a b.csv") == ""
