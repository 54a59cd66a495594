"""SIGKILL of the ETL at each step of its publication, by name: what is there, and after a retry."""

import hashlib
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from testkit.timing import is_gone, wait_until
from tests.integration.etl.victim import run_job
from tests.torture.findings import Finding

LANDING, PROCESSED = "sales-landing", "sales-processed"
FILES = ("processed_output.csv", "processed_output.parquet", "rejected_rows.csv", "report.html")
# Each write of a run in its order: its key, and how many of that key the run made before.
STEPS = {
    "claim": ("report.json", 0),
    **{f"upload of {name}": (name, 0) for name in FILES},
    "report": ("report.json", 1),
    "summary": ("_datasets/summary.json", 0),
    "run": ("runs/", 0),
}
_HEADER = "order_id,order_date,customer_id,product,quantity,price\n"
_SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "LANDING_BUCKET": LANDING,
    "PROCESSED_BUCKET": PROCESSED,
    "ETL_MAX_BYTES": "100000000",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}


class Storage:
    """S3 in this process, which kills whoever is at a step, once the step is done."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._armed: tuple[str, BaseProcess] | None = None
        self._left = 0

    def kill_at(self, step: str, victim: BaseProcess) -> None:
        key, self._left = STEPS[step]
        self._armed = (key, victim)

    def disarm(self) -> None:
        self._armed = None

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        answer = [*self._app(environ, start_response)]
        if self._armed and environ["REQUEST_METHOD"] == "PUT":
            key, victim = self._armed
            if environ["PATH_INFO"].startswith(f"/{PROCESSED}/{key}"):
                self._left -= 1
                if self._left < 0:
                    victim.kill()
                    wait_until(lambda: is_gone(victim.pid or 0))
        return answer


class _WithoutLog(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def kill_etl() -> Iterator[Finding]:
    """One finding for each step."""
    context = multiprocessing.get_context("forkserver")
    # The children are forked from a process that has imported everything and started nothing.
    context.set_forkserver_preload(["etl.handler", "tests.integration.etl.victim"])
    with _storage() as (storage, s3):
        for number, step in enumerate(STEPS, 1):
            rows = "".join(f"{i},2024-01-05,C,W,2,9.5\n" for i in range(number))
            version = s3.put_object(Bucket=LANDING, Key="raw.csv", Body=_HEADER + rows)["VersionId"]
            arguments = (version, f"{number:06X}", dict(os.environ))
            victim = context.Process(target=run_job, args=arguments)
            storage.kill_at(step, victim)
            victim.start()
            victim.join()
            storage.disarm()
            wrong = [] if victim.exitcode == -9 else [f"ended with {victim.exitcode}, not killed"]
            wrong += _half(s3)
            retry = context.Process(target=run_job, args=arguments)
            retry.start()
            retry.join()
            wrong += _unfinished(s3, version, number)
            yield Finding(
                f"ETL killed after its {step}",
                1,
                "no report describes other files than are there; a retry completes the run",
                "whole, and complete after the retry" if not wrong else "",
                tuple(wrong),
            )


def _half(s3: Any) -> list[str]:
    """Whether a report says that there is output that is not there."""
    report = _report(s3)
    if report.get("status") not in ("succeeded", "warned"):
        return []
    return [
        f"{name} is not the one that the report describes"
        for name, output in report["outputs"].items()
        if hashlib.sha256(_read(s3, name) or b"").hexdigest() != output["sha256"]
    ]


def _unfinished(s3: Any, version: str, runs: int) -> list[str]:
    """Whether the retry left something undone, or something behind."""
    report, wrong = _report(s3), _half(s3)
    if report["source"]["version_id"] != version or report["status"] != "succeeded":
        wrong.append(f"the report is {report['status']} of another version")
    keys = {one["Key"] for one in s3.list_objects_v2(Bucket=PROCESSED)["Contents"]}
    kept = {key for key in keys if key.startswith("runs/")}
    if len(kept) != runs:
        wrong.append(f"{len(kept)} of {runs} runs are kept")
    if orphans := keys - kept - {*FILES, "report.json", "_datasets/summary.json"}:
        wrong.append(f"left behind: {sorted(orphans)}")
    return wrong


def _report(s3: Any) -> dict[str, Any]:
    return json.loads(_read(s3, "report.json") or b"{}")


def _read(s3: Any, key: str) -> bytes | None:
    try:
        return s3.get_object(Bucket=PROCESSED, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None


@contextmanager
def _storage() -> Iterator[tuple[Storage, Any]]:
    storage = Storage()
    listening = make_server("127.0.0.1", 0, storage, threaded=True, request_handler=_WithoutLog)
    thread = Thread(target=listening.serve_forever)
    thread.start()
    before = dict(os.environ)
    os.environ |= _SETTINGS | {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{listening.server_port}",
        # A child is to find the modules that this process has.
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    s3 = boto3.client("s3")
    try:
        for bucket in (LANDING, PROCESSED):
            place = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        yield storage, s3
    finally:
        s3.close()
        os.environ.clear()
        os.environ |= before
        listening.shutdown()
        thread.join()
        listening.server_close()
