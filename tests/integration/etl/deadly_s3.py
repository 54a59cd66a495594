"""S3 that outlives those that it kills, and runs of the ETL that are killed by it."""

import hashlib
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from testkit.timing import is_gone, wait_until

LANDING, PROCESSED = "sales-landing", "sales-processed"


class DeadlyS3:
    """S3 in this process; `kill_at` arms it."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._left = 0
        self._write_of = ""
        self._victim: BaseProcess | None = None

    def kill_at(self, request: int, victim: BaseProcess, *, write_of: str = "") -> None:
        """Kills the process once so many requests are done, before it learns of the last.

        With `write_of` only those count that write what is processed under a key that begins so.
        """
        self._left, self._write_of, self._victim = request, write_of, victim

    def disarm(self) -> None:
        self._victim = None

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        answer = [*self._app(environ, start_response)]
        if self._victim and self._counts(environ):
            self._left -= 1
            if self._left == 0:
                self._victim.kill()
                victim = self._victim.pid or 0
                wait_until(lambda: is_gone(victim))
        return answer

    def _counts(self, environ: Mapping[str, Any]) -> bool:
        if not self._write_of:
            return True
        is_there = environ["PATH_INFO"].startswith(f"/{PROCESSED}/{self._write_of}")
        return environ["REQUEST_METHOD"] == "PUT" and is_there


class _WithoutLog(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def deadly_s3() -> Iterator[tuple[DeadlyS3, dict[str, str]]]:
    """It, and the environment of those who use it."""
    s3 = DeadlyS3()
    listening = make_server("127.0.0.1", 0, s3, threaded=True, request_handler=_WithoutLog)
    thread = Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield (
            s3,
            {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{listening.server_port}",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "LANDING_BUCKET": LANDING,
                "PROCESSED_BUCKET": PROCESSED,
                "ETL_MAX_BYTES": "100000000",
                # Before Python 3.12 a forkserver does not take over sys.path, and preloads nothing,
                # silently.
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
        )
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def victims() -> ForkServerContext:
    """Children are forked from a process that has imported everything and started nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["etl.handler", "tests.integration.etl.victim"])
    return context


def client_with_buckets() -> Any:
    """A client of the S3 that the environment names, in which the two buckets are made."""
    client = boto3.client("s3")
    for bucket in (LANDING, PROCESSED):
        place = {"LocationConstraint": "eu-west-1"}
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return client


def report_of(s3: Any) -> dict[str, Any]:
    """The report as it is now; empty where there is none."""
    return json.loads(_read(s3, "report.json") or b"{}")


def half_published(s3: Any) -> list[str]:
    """A sentence for each file that the report describes and that is another, or none."""
    report = report_of(s3)
    if report.get("status") not in ("succeeded", "warned"):
        return []
    return [
        f"{name} is not the one that the report describes"
        for name, output in report["outputs"].items()
        if hashlib.sha256(_read(s3, name) or b"").hexdigest() != output["sha256"]
    ]


def _read(s3: Any, key: str) -> bytes | None:
    try:
        return s3.get_object(Bucket=PROCESSED, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
