"""S3 that fails, is slow or cuts its answers, and sources that change while they are read."""

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody
from moto import mock_aws

from etl.handler import job
from etl.s3.landing import CutShort
from tests.unit.etl.conftest import LANDING, Buckets
from tests.unit.etl.test_publishing import is_whole, news, rows


@pytest.fixture
def unversioned() -> Iterator[Buckets]:
    with mock_aws():
        job.cache_clear()
        yield Buckets(versioned=False)
        job.cache_clear()


@contextmanager
def at(event: str, do: Callable[..., object]) -> Iterator[None]:
    """`do` is called where botocore says so, from now on."""
    events = job()._landing._s3.meta.events
    events.register(event, do)
    try:
        yield
    finally:
        events.unregister(event, do)


def is_source(parsed: Any) -> bool:
    return "Body" in parsed and parsed.get("ContentType") != "application/json"


def untouched(buckets: Buckets) -> Callable[[], bool]:
    """Whether the processed bucket holds what it does now."""
    before = {name: buckets.read(name) for name in buckets.names()}
    return lambda: {name: buckets.read(name) for name in buckets.names()} == before


@pytest.mark.parametrize("came", [0, 100])
def test_source_of_which_a_part_came_is_read_again_and_never_published(
    buckets: Buckets, came: int
) -> None:
    job().run(news(buckets.land(rows(3)), "01"))
    same, version = untouched(buckets), buckets.land(rows(9))

    def cut(parsed: Any, **_: object) -> None:
        if is_source(parsed):
            some = parsed["Body"].read()[:came]
            parsed["Body"] = StreamingBody(io.BytesIO(some), None)

    with at("after-call.s3.GetObject", cut), pytest.raises(CutShort, match=f"{came} of "):
        job().run(news(version, "02"))

    assert same()
    assert job().run(news(version, "02")).status == "succeeded"
    assert buckets.report()["rows_out"] == 9


def test_description_of_which_a_part_came_refuses_no_file(buckets: Buckets) -> None:
    buckets.land(json.dumps({"date_formats": ["%d/%m/%Y"]}), "_source.json")
    version = buckets.land(rows(9))

    def cut(parsed: Any, **_: object) -> None:
        some = parsed["Body"].read()[:10]
        parsed["Body"] = StreamingBody(io.BytesIO(some), None)

    before = job()._landing.find(news(version))
    with at("after-call.s3.GetObject", cut), pytest.raises(CutShort, match=r"_source\.json: 10 "):
        job()._landing.description(before)


@pytest.mark.parametrize("code", ["InternalError", "SlowDown", "ServiceUnavailable"])
@pytest.mark.parametrize("operation", ["HeadObject", "GetObject", "PutObject"])
def test_error_of_s3_leaves_the_event_to_be_tried_again(
    buckets: Buckets, operation: str, code: str
) -> None:
    job().run(news(buckets.land(rows(3)), "01"))
    version = buckets.land(rows(4))

    def fail(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "try later"}}, operation)

    with at(f"before-call.s3.{operation}", fail), pytest.raises(ClientError, match=code):
        job().run(news(version, "02"))

    assert is_whole(buckets)
    assert buckets.report()["rows_out"] == 3
    assert job().run(news(version, "02")).status == "succeeded"
    assert buckets.report()["rows_out"] == 4


@pytest.mark.parametrize("part", ["source", "upload"])
def test_part_that_is_too_slow_leaves_the_event_to_be_tried_again(
    buckets: Buckets, part: str
) -> None:
    version = buckets.land(rows(4))
    name = {"source": "before-call.s3.GetObject", "upload": "before-call.s3.PutObject"}[part]
    calls = iter(range(100))

    def late(**_: object) -> None:
        # The first of each is the report's.
        if next(calls):
            raise ReadTimeoutError(endpoint_url="s3")

    with at(name, late), pytest.raises(ReadTimeoutError):
        job().run(news(version, "01"))

    assert is_whole(buckets)
    assert job().run(news(version, "01")).status == "succeeded"
    assert is_whole(buckets)


def test_source_overwritten_while_it_is_read_is_published_as_the_version_of_the_event(
    buckets: Buckets,
) -> None:
    first = buckets.land(rows(2))
    later: list[str | None] = []

    def overwrite(parsed: Any, **_: object) -> None:
        if is_source(parsed) and not later:
            later.append(buckets.land(rows(7)))

    with at("after-call.s3.GetObject", overwrite):
        job().run(news(first, "01"))

    assert buckets.report()["source"]["version_id"] == first
    assert (buckets.report()["rows_out"], is_whole(buckets)) == (2, True)
    assert job().run(news(later[0], "02")).status == "succeeded"
    assert buckets.report()["rows_out"] == 7


def test_source_without_versions_that_is_overwritten_before_it_is_read_is_left_to_the_new_event(
    unversioned: Buckets,
) -> None:
    unversioned.land(rows(2))
    written: list[object] = []

    def overwrite(**_: object) -> None:
        if not written:
            written.append(unversioned.land(rows(7)))

    with at("after-call.s3.HeadObject", overwrite):
        assert job().run(news()).status == "gone"

    assert "report.json" not in unversioned.names()
    assert job().run(news()).status == "succeeded"
    assert unversioned.report()["rows_out"] == 7


@pytest.mark.parametrize("when", ["after-call.s3.HeadObject", "after-call.s3.GetObject"])
def test_source_deleted_while_it_is_read_leaves_no_half_output(buckets: Buckets, when: str) -> None:
    job().run(news(buckets.land(rows(3)), "01"))
    version = buckets.land(rows(4))
    deleted: list[object] = []

    def delete(parsed: Any, **_: object) -> None:
        if not deleted and (when.endswith("HeadObject") or is_source(parsed)):
            deleted.append(
                buckets.s3.delete_object(Bucket=LANDING, Key="raw.csv", VersionId=version)
            )

    with at(when, delete):
        status = job().run(news(version, "02")).status

    expected = {
        "after-call.s3.HeadObject": ("gone", 3),
        "after-call.s3.GetObject": ("succeeded", 4),
    }
    assert (status, buckets.report()["rows_out"]) == expected[when]
    assert is_whole(buckets)


def test_full_disk_fails_the_event_with_nothing_published_and_nothing_left(
    buckets: Buckets, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/full takes the source's bytes as a full /tmp does."""
    job().run(news(buckets.land(rows(3)), "01"))
    same, version = untouched(buckets), buckets.land(rows(9))
    made = tempfile.mkdtemp

    def full(*arguments: Any, **options: Any) -> str:
        folder = made(*arguments, **options)
        os.symlink("/dev/full", f"{folder}/source")
        return folder

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        patch.setattr(tempfile, "mkdtemp", full)
        with pytest.raises(OSError, match="No space left"):
            job().run(news(version, "02"))

    assert same()
    assert [*tmp_path.iterdir()] == []
