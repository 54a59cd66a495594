"""SIGKILL at each step: readers never see half an output, and a retry completes it."""

import hashlib
import itertools
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from etl.clean import clean
from etl.handler import job
from etl.source.file import Source
from testkit.timing import is_gone, wait_until
from tests.integration.etl.victim import run_job

LANDING, PROCESSED = "sales-landing", "sales-processed"
HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
DATA = ("processed_output.csv", "processed_output.parquet", "rejected_rows.csv")
ROWS = 500


class DeadlyS3:
    """S3 in this process, which outlives those that are killed; `kill_after` arms it."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._left = 0
        self._victim: BaseProcess | None = None

    def kill_after(self, requests: int, victim: BaseProcess) -> None:
        """Kills the process once so many requests are done, before it learns of the last."""
        self._left, self._victim = requests, victim

    def disarm(self) -> None:
        self._victim = None

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        answer = [*self._app(environ, start_response)]
        self._left -= 1
        if self._victim and self._left == 0:
            victim = self._victim.pid
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: is_gone(victim))
        return answer


@pytest.fixture
def server() -> Iterator[tuple[DeadlyS3, str]]:
    s3 = DeadlyS3()
    listening = make_server("127.0.0.1", 0, s3, threaded=True)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield s3, f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def s3(server: tuple[DeadlyS3, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings = {
        "AWS_ENDPOINT_URL": server[1],
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


def test_run_killed_after_any_request_never_shows_half_an_output(server, s3, tmp_path):
    deadly, _ = server
    context = multiprocessing.get_context("forkserver")
    # The children are forked from a process that has imported everything and started nothing.
    context.set_forkserver_preload(["etl.handler", "tests.integration.etl.victim"])
    for requests in itertools.count(1):
        data = content(requests)
        version = s3.put_object(Bucket=LANDING, Key="raw.csv", Body=data)["VersionId"]
        arguments = (version, f"{requests:06X}", dict(os.environ))
        victim = context.Process(target=run_job, args=arguments)
        deadly.kill_after(requests, victim)
        victim.start()
        victim.join()
        deadly.disarm()
        published(s3)

        run_job(*arguments)

        report = published(s3)
        assert report is not None
        assert report["source"]["version_id"] == version
        expected = digests_of(data, tmp_path / str(requests))
        assert {name: report["outputs"][name]["sha256"] for name in DATA} == expected
        if victim.exitcode == 0:
            break
        assert victim.exitcode == -signal.SIGKILL
    assert requests > 10, "too few runs were cut to prove anything"
