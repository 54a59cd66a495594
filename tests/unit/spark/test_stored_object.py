"""An object of S3 is read as a file on disk is, of one version, in few calls."""

import pytest

from etl.report.model import SourceVersion
from etl.s3.landing import Gone
from etl.source.block import ByteRange
from etl.source.description import Description
from etl.source.file import Source
from etl.source.ranges import plan
from jobs.spark.run_folder import SCRATCH, RunFolder
from jobs.spark.stored_object import StoredObject
from tests.unit.etl.hostile_files import HEADER, HOSTILE, row
from tests.unit.spark.buckets import LANDING


@pytest.fixture
def land(bucket):
    def land(content: bytes) -> StoredObject:
        put = bucket.put_object(Bucket=LANDING, Key="a.csv", Body=content)
        return StoredObject(
            SourceVersion(
                bucket=LANDING,
                key="a.csv",
                version_id=put["VersionId"],
                etag=put["ETag"],
                bytes=len(content),
                last_modified="2026-11-26T00:00:00+00:00",
            )
        )

    return land


@pytest.fixture
def calls(bucket):
    made: list[str] = []

    def note(params, **_):
        made.append(params["Range"])

    event = "before-parameter-build.s3.GetObject"
    bucket.meta.events.register(event, note)
    yield made
    bucket.meta.events.unregister(event, note)


def test_any_place_reads_as_on_disk(land):
    content = bytes(range(256)) * 1200
    with land(content).open("rb") as file:
        assert file.read(10) == content[:10]
        file.seek(200_001)
        assert file.read(70_000) == content[200_001:270_001]
        file.seek(5)
        assert file.read() == content[5:]
        assert file.read(1) == b""


def test_reading_on_asks_for_ever_more_at_a_time(land, calls):
    content = b"x" * 1_000_000
    with land(content).open("rb") as file:
        while file.read(50_000):
            pass

    assert calls == [
        *("bytes=0-65535", "bytes=65536-196607", "bytes=196608-458751"),
        *("bytes=458752-983039", "bytes=983040-999999"),
    ]


def test_nothing_is_asked_of_an_empty_object(land, calls):
    with land(b"").open("rb") as file:
        assert file.read() == b""
    assert calls == []


def test_version_is_read_although_there_is_a_newer_one(land, bucket):
    stored = land(b"old")
    land(b"new")
    with stored.open("rb") as file:
        assert file.read() == b"old"


def test_version_that_was_deleted_is_gone(land, bucket):
    stored = land(b"old")
    bucket.delete_object(Bucket=LANDING, Key="a.csv", VersionId=stored.version.version_id)
    with stored.open("rb") as file, pytest.raises(Gone):
        file.read()


def test_ranges_of_an_object_are_those_of_the_file(land, tmp_path):
    content = (HEADER + HOSTILE["quoted lines"]).encode()
    (tmp_path / "source").write_bytes(content)
    on_disk, stored = Source(tmp_path / "source"), Source(land(content))
    targets = [70, 90, 140]

    ranges = plan(stored, stored.header(), targets)

    assert ranges == plan(on_disk, on_disk.header(), targets)
    assert len(ranges) > 1
    assert isinstance(ranges[0], ByteRange)


def test_text_of_utf16_lies_in_the_runs_folder_until_it_is_cleared(land, bucket):
    text = HEADER + row(1, "é") + row(2)
    source = Source(land(text.encode("utf-16")), Description())
    folder = RunFolder(LANDING, "out/parts/0123/")

    stored = folder.write_text(source.standard_text())

    with stored.open("rb") as file:
        assert file.read() == text.encode()
    ranges = plan(source.with_text_at(stored), source.header(), [80])
    assert [part.line for part in ranges] == [2, 3]
    folder.clear()
    listed = bucket.list_objects_v2(Bucket=LANDING, Prefix="out/").get("Contents", [])
    assert SCRATCH not in [item["Key"] for item in listed]
