"""S3 notifications: which triggers fire and what the event says."""

import pytest

from samulator.servers.aws.notifications import ObjectChange, Sequencer, event_for, matching
from samulator.template.model import S3Trigger

CSV = S3Trigger("Csv", "Etl", "landing", ("s3:ObjectCreated:*",), prefix="in/", suffix=".csv")


def change(**values: object) -> ObjectChange:
    return ObjectChange(
        **{"name": "ObjectCreated:Put", "bucket": "landing", "key": "in/a.csv"} | values
    )


@pytest.mark.parametrize(
    "other",
    [
        {"bucket": "processed"},
        {"key": "out/a.csv"},
        {"key": "in/a.txt"},
        {"name": "ObjectRemoved:Delete"},
    ],
)
def test_a_change_that_does_not_fit_fires_nothing(other: dict[str, str]) -> None:
    assert not list(matching((CSV,), change(**other)))


def test_a_wildcard_fits_each_way_of_creating() -> None:
    for name in ("Put", "Copy", "CompleteMultipartUpload"):
        assert list(matching((CSV,), change(name=f"ObjectCreated:{name}"))) == [CSV]


def test_an_exact_event_type_fits_only_itself() -> None:
    exact = S3Trigger("Put", "Etl", "landing", ("s3:ObjectCreated:Put",))
    assert list(matching((exact,), change()))
    assert not list(matching((exact,), change(name="ObjectCreated:Copy")))


def test_keys_are_encoded_as_s3_encodes_them() -> None:
    event = event_for(
        change(key="in/a b+é(1).csv", size=3, etag="e"), CSV, region="eu-west-1", sequencer="01"
    )
    record = event["Records"][0]
    assert record["s3"]["object"] == {
        "key": "in/a+b%2B%C3%A9%281%29.csv",
        "size": 3,
        "eTag": "e",
        "sequencer": "01",
    }
    assert record["awsRegion"] == "eu-west-1"
    assert record["s3"]["configurationId"] == "Csv"


def test_a_removed_object_has_neither_size_nor_etag() -> None:
    event = event_for(change(name="ObjectRemoved:Delete"), CSV, region="eu-west-1", sequencer="01")
    assert event["Records"][0]["s3"]["object"].keys() == {"key", "sequencer"}


def test_sequencers_grow() -> None:
    sequencer = Sequencer()
    values = [sequencer.next() for _ in range(1000)]
    assert values == sorted(set(values))
