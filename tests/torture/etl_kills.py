"""SIGKILL of the ETL at each step of its publication, by name: what is there, and after a retry."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration.etl.deadly_s3 import (
    LANDING,
    PROCESSED,
    DeadlyS3,
    client_with_buckets,
    deadly_s3,
    half_published,
    report_of,
    victims,
)
from tests.integration.etl.victim import run_job
from tests.torture.findings import Finding

FILES = ("processed_output.csv", "processed_output.parquet", "rejected_rows.csv", "report.html")
# Each write of a run in its order: its key, and the how many-eth of that key it is.
STEPS = {
    "claim": ("report.json", 1),
    **{f"upload of {name}": (name, 1) for name in FILES},
    "report": ("report.json", 2),
    "summary": ("_datasets/summary.json", 1),
    "run": ("runs/", 1),
}
_HEADER = "order_id,order_date,customer_id,product,quantity,price\n"


def kill_etl() -> Iterator[Finding]:
    """One finding for each step."""
    context = victims()
    with _storage() as (storage, s3):
        for number, (step, (key, times)) in enumerate(STEPS.items(), 1):
            rows = "".join(f"{i},2024-01-05,C,W,2,9.5\n" for i in range(number))
            version = s3.put_object(Bucket=LANDING, Key="raw.csv", Body=_HEADER + rows)["VersionId"]
            arguments = (version, f"{number:06X}", dict(os.environ))
            victim = context.Process(target=run_job, args=arguments)
            storage.kill_at(times, victim, write_of=key)
            victim.start()
            victim.join()
            storage.disarm()
            is_killed = victim.exitcode == -signal.SIGKILL
            wrong = [] if is_killed else [f"ended with {victim.exitcode}, not killed"]
            wrong += half_published(s3)
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


def _unfinished(s3: Any, version: str, runs: int) -> list[str]:
    """Whether the retry left something undone, or something behind."""
    report, wrong = report_of(s3), half_published(s3)
    if report["source"]["version_id"] != version or report["status"] != "succeeded":
        wrong.append(f"the report is {report['status']} of another version")
    keys = {one["Key"] for one in s3.list_objects_v2(Bucket=PROCESSED)["Contents"]}
    kept = {key for key in keys if key.startswith("runs/")}
    if len(kept) != runs:
        wrong.append(f"{len(kept)} of {runs} runs are kept")
    if orphans := keys - kept - {*FILES, "report.json", "_datasets/summary.json"}:
        wrong.append(f"left behind: {sorted(orphans)}")
    return wrong


@contextmanager
def _storage() -> Iterator[tuple[DeadlyS3, Any]]:
    before = dict(os.environ)
    with deadly_s3() as (storage, environment):
        os.environ |= environment | {"POWERTOOLS_LOG_LEVEL": "CRITICAL"}
        s3 = client_with_buckets()
        try:
            yield storage, s3
        finally:
            s3.close()
            os.environ.clear()
            os.environ |= before
