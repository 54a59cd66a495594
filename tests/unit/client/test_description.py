"""What make drop sends beside a file, and says of it."""

import doctest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from client import description
from client.description import (
    WrongDescription,
    check_description,
    counts_for,
    removal,
    send_description,
)

BUCKET = "sales-landing"
REMOVES = removal(BUCKET, "http://127.0.0.1:3000", None)
CURL = "curl -X DELETE 'http://127.0.0.1:3000/datasets/descriptions?key="


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

    said = send_description(s3, file, BUCKET, "2026/orders.csv", REMOVES)

    assert landed(s3) == {"2026/_source.json": b'{"decimal": ","}'}
    assert said == (
        f"{beside} sent too: s3://{BUCKET}/2026/_source.json counts for every file beside it, "
        f"later ones too; {CURL}2026/_source.json' removes it\n"
    )


def test_one_that_is_there_already_is_left_and_another_is_replaced(s3: Any, tmp_path: Path) -> None:
    file, beside = tmp_path / "orders.csv", tmp_path / "_source.json"
    beside.write_text("{}")
    send_description(s3, file, BUCKET, "orders.csv", REMOVES)
    assert send_description(s3, file, BUCKET, "orders.csv", REMOVES) == ""

    beside.write_text('{"decimal": ","}')

    assert "sent too, in place of another: " in send_description(
        s3, file, BUCKET, "orders.csv", REMOVES
    )
    assert landed(s3) == {"_source.json": b'{"decimal": ","}'}


def test_a_file_that_lies_alone_is_sent_alone(s3: Any, tmp_path: Path) -> None:
    assert send_description(s3, tmp_path / "orders.csv", BUCKET, "orders.csv", REMOVES) == ""
    assert landed(s3) == {}


def test_a_description_that_an_earlier_drop_left_is_told_of(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="_source.json", Body=b'{"decimal": ","}')
    assert send_description(s3, tmp_path / "a b.csv", BUCKET, "a b.csv", REMOVES) == (
        f"s3://{BUCKET}/_source.json was there before and counts for a b.csv, too; "
        f"{CURL}_source.json' removes it\n"
    )
    assert send_description(s3, tmp_path / "a b.csv", BUCKET, "2026/a b.csv", REMOVES) == ""


def test_a_wrong_description_is_not_sent_and_its_fields_are_named(s3: Any, tmp_path: Path) -> None:
    beside = tmp_path / "_source.json"
    beside.write_text('{"decimal": 3, "delimitter": ";"}')
    with pytest.raises(WrongDescription) as refused:
        send_description(s3, tmp_path / "orders.csv", BUCKET, "orders.csv", REMOVES)
    said = str(refused.value)
    assert said.startswith(f"{beside}: _source.json is wrong: ")
    assert "decimal" in said
    assert "delimiter is one" in said
    assert said.endswith("Nothing was sent.")
    assert landed(s3) == {}


def test_a_file_that_is_no_description_is_none_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "clean.csv").write_text("order_id,price\n1,2\n")
    with pytest.raises(WrongDescription, match=r"clean\.csv: _source\.json is wrong"):
        check_description(tmp_path / "clean.csv")


def test_it_is_said_which_files_a_description_counts_for() -> None:
    assert counts_for("_source.json").startswith("every .csv and .csv.gz at the bucket's top")
    assert counts_for("a/b/_source.json").startswith("every .csv and .csv.gz in a/b/,")


def test_examples_hold() -> None:
    results = doctest.testmod(description)
    assert results.attempted
    assert not results.failed
