"""SIGKILL at random moments: readers never see half an output, and a retry completes it."""

import hashlib
import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from etl.clean import Source, clean
from tests.integration.etl.victim import run_job

LANDING, PROCESSED = "sales-landing", "sales-processed"
HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
DATA = ("processed_output.csv", "processed_output.parquet", "rejected_rows.csv")
KILLS = int(os.environ.get("ETL_KILLS", "30"))
ROWS = 6000


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server of its own: it outlives the processes that are killed."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "LANDING_BUCKET": LANDING,
        "PROCESSED_BUCKET": PROCESSED,
        "ETL_MAX_BYTES": "100000000",
    }
    # Before Python 3.12 a forkserver does not take over sys.path, and preloads nothing, silently.
    settings["PYTHONPATH"] = os.pathsep.join(sys.path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    for bucket in (LANDING, PROCESSED):
        client.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    yield client
    server.stop()


def content(number: int) -> bytes:
    lines = (f"{i},2024-01-{i % 31:02},C{number},Widget,{i % 7},9.5,n\n" for i in range(ROWS))
    return (HEADER + "".join(lines)).encode()


def digests_of(data: bytes, folder: Path) -> dict[str, str]:
    folder.mkdir()
    (folder / "source").write_bytes(data)
    files = clean(Source(folder / "source"), folder).files
    return {name: file.sha256 for name, file in files.items()}


def read(s3: Any, key: str) -> bytes | None:
    try:
        return s3.get_object(Bucket=PROCESSED, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None


def published(s3: Any) -> dict[str, Any] | None:
    """The report if it says there is output; then every file must be the one it describes."""
    body = read(s3, "report.json")
    report = json.loads(body) if body else None
    if report is None or report["status"] != "succeeded":
        return None
    for name, output in report["outputs"].items():
        assert hashlib.sha256(read(s3, name) or b"").hexdigest() == output["sha256"], name
    return report


def test_run_killed_at_random_moments_never_shows_half_an_output(s3, tmp_path):
    rng = random.Random(os.environ.get("ETL_SEED", time.time_ns()))
    context = multiprocessing.get_context("forkserver")
    # The children are forked from a process that has imported everything and started nothing.
    context.set_forkserver_preload(["etl.handler", "tests.integration.etl.victim"])
    whole_run = 0.6
    cut = 0
    for number in range(KILLS):
        data = content(number)
        version = s3.put_object(Bucket=LANDING, Key="raw.csv", Body=data)["VersionId"]
        arguments = (version, f"{number:06X}", dict(os.environ))
        victim = context.Process(target=run_job, args=arguments)
        victim.start()
        victim.join(rng.uniform(0, whole_run))
        cut += victim.is_alive()
        victim.kill()
        victim.join()
        published(s3)

        started = time.monotonic()
        retry = context.Process(target=run_job, args=arguments)
        retry.start()
        retry.join()
        whole_run = max(0.2, min(whole_run, time.monotonic() - started))

        assert retry.exitcode == 0
        report = published(s3)
        assert report is not None
        assert report["source"]["version_id"] == version
        expected = digests_of(data, tmp_path / str(number))
        assert {name: report["outputs"][name]["sha256"] for name in DATA} == expected
    assert cut >= KILLS // 3, "too few runs were cut to prove anything"
