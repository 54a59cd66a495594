"""SIGKILL at each step: readers never see half an output, and a retry completes it."""

import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.clean import clean
from etl.handler import job
from etl.source.file import Source
from tests.integration.etl.deadly_s3 import (
    LANDING,
    DeadlyS3,
    client_with_buckets,
    deadly_s3,
    half_published,
    report_of,
    victims,
)
from tests.integration.etl.victim import run_job

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
DATA = ("processed_output.csv", "processed_output.parquet", "rejected_rows.csv")
ROWS = 500


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeadlyS3]:
    with deadly_s3() as (s3, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield s3


@pytest.fixture
def s3(server: DeadlyS3) -> Iterator[Any]:
    client = client_with_buckets()
    job.cache_clear()
    yield client
    job.cache_clear()
    client.close()


def content(number: int) -> bytes:
    lines = (f"{i},2024-01-{i % 31:02},C{number},Widget,{i % 7},9.5,n\n" for i in range(ROWS))
    return (HEADER + "".join(lines)).encode()


def digests_of(data: bytes, folder: Path) -> dict[str, str]:
    folder.mkdir()
    (folder / "source").write_bytes(data)
    files = clean(Source(folder / "source"), folder).files
    return {name: file.sha256 for name, file in files.items()}


# In make test, test_publishing.py and test_killed_at_each_step.py (tests/unit/etl) cut a run.
@pytest.mark.long
def test_run_killed_after_any_request_never_shows_half_an_output(server, s3, tmp_path):
    context = victims()
    for requests in itertools.count(1):
        data = content(requests)
        version = s3.put_object(Bucket=LANDING, Key="raw.csv", Body=data)["VersionId"]
        arguments = (version, f"{requests:06X}", dict(os.environ))
        victim = context.Process(target=run_job, args=arguments)
        server.kill_at(requests, victim)
        victim.start()
        victim.join()
        server.disarm()
        assert half_published(s3) == []

        run_job(*arguments)

        report = report_of(s3)
        assert half_published(s3) == []
        assert (report["status"], report["source"]["version_id"]) == ("succeeded", version)
        expected = digests_of(data, tmp_path / str(requests))
        assert {name: report["outputs"][name]["sha256"] for name in DATA} == expected
        if victim.exitcode == 0:
            break
        assert victim.exitcode == -signal.SIGKILL
    assert requests > 10, "too few runs were cut to prove anything"
