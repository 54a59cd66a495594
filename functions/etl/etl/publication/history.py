"""What a finished run leaves besides its report: its own file among the runs, and a summary.

A run's file is its report, byte for byte, under `runs/` beside it; the bucket's lifecycle expires
it by its tag. The summaries of all datasets lie together under `_datasets/`, so that a list of
datasets reads neither outputs nor runs. docs/decisions/0064 says more.
"""

import hashlib
import json
import logging
from contextlib import suppress
from datetime import UTC, datetime

from etl.report.model import FINAL, PublishedReport
from etl.s3.processed import Current, Processed, Superseded

RUNS = "runs/"
SUMMARIES = "_datasets/"
SUMMARY = "summary.json"

_MAX_KEY_BYTES = 1024  # S3's
_COUNTS = ("rows_in", "rows_out", "duplicates", "rejected")

logger = logging.getLogger(__name__)


def record(target: Processed, current: Current) -> None:
    """Keep the report in place among the runs, sum it up, and delete what it replaced.

    A second time is free. It comes after the report, so that no run is kept that was not
    published. Whoever replaces a report, or finds it done, calls this first: what a killed run has
    left out is made up for.
    """
    report = current.report
    if report is None or report.status not in FINAL or not report.finished_at:
        return
    key = target.prefix + run_name(report, report.finished_at)
    fits = len(key.encode()) <= _MAX_KEY_BYTES
    if fits and target.has(key):
        return
    # Before the run's file: where that is, this is too. Who supersedes has recorded this report.
    with suppress(Superseded):
        target.replace(f"{SUMMARIES}{target.prefix}{SUMMARY}", _summary(report), current.etag)
        target.delete([one.key for one in report.replaces], current.etag)
    if fits:
        target.keep(key, current.body)
    else:
        logger.warning("%s: no run is kept, its key would be too long", report.source.key)


def run_name(report: PublishedReport, finished_at: str) -> str:
    """`runs/<finished>-<id>.json`: names sort by the time, in UTC.

    The id is that of one version of a source, read in one way: whoever publishes it, and
    however often.
    """
    finished = datetime.fromisoformat(finished_at).astimezone(UTC)
    return f"{RUNS}{finished:%Y%m%dT%H%M%SZ}-{run_id(report)}.json"


def run_id(report: PublishedReport) -> str:
    """Twelve hexadecimal digits."""
    source = report.source
    parts = [source.bucket, source.key, source.version_id, source.etag, source.description_etag]
    return hashlib.sha256(json.dumps([*parts, report.code_version]).encode()).hexdigest()[:12]


def _summary(report: PublishedReport) -> bytes:
    findings = report.findings
    document = {
        "source_key": report.source.key,
        "status": report.status,
        **(findings.model_dump(include=set(_COUNTS)) if findings else {}),
        "finished_at": report.finished_at,
        "warnings": [one.model_dump(include={"code", "message"}) for one in report.warnings],
    }
    return json.dumps(document, ensure_ascii=False).encode()
