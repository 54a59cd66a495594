"""How a finished run appears in the processed bucket: claim, files, report, summary, run."""

import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from etl.publication.history import record, run_id
from etl.publication.order import Order
from etl.publication.precedence import SUPERSEDED, Claim, Result, claim
from etl.publication.replaced import replaced_files
from etl.report.model import CLEANED, Output, Part, PublishedReport
from etl.report.page import report_page
from etl.report.verdict import Limits, status_of, warnings_of
from etl.s3.glue import SalesTable
from etl.s3.processed import Processed, Superseded
from etl.sink.files import PARQUET, DataFile

PAGE = "report.html"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """A report not yet published, the files that go with it, and a folder for more.

    `parts` are in the bucket already, in the folder of this run, if the Spark job made them.
    """

    report: PublishedReport
    files: Mapping[str, DataFile]
    folder: Path
    started: float
    limits: Limits
    schema: pa.Schema | None = None
    parts: tuple[Part, ...] = ()


def publish(
    target: Processed, finished: Finished, table: SalesTable | None, order: Order
) -> Result:
    """Claim, upload, conclude; or give way to whoever is ahead."""
    right = claim(finished.report.source, target, order)
    return right if isinstance(right, Result) else publish_claimed(target, finished, table, right)


def publish_claimed(
    target: Processed, finished: Finished, table: SalesTable | None, right: Claim
) -> Result:
    """Upload and conclude under a claim; `superseded` if another report took its place."""
    source = finished.report.source
    report = _knowing(right.report, finished)
    try:
        report = report.amended(outputs=_upload(target, finished, report, right.etag))
        if table is not None and finished.schema is not None:
            report = report.amended(table=_land(target, finished, table, right.etag))
        replaced = replaced_files(report, right.report.last_good)
        if replaced:
            report = report.amended(replaces=replaced)
        report = report.amended(
            seconds=round(time.monotonic() - finished.started, 3),
            finished_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
        concluded = target.conclude(report, right.etag)
    except Superseded:
        logger.info("%s: another run took over", source.key)
        return Result(source.key, SUPERSEDED, shared_with=right.shared_with)
    record(target, concluded)
    _tell(target, report)
    return Result(source.key, report.status, report, right.shared_with)


def _knowing(claimed: PublishedReport, finished: Finished) -> PublishedReport:
    """The report with what the claim found in its place, and the verdict that it leads to."""
    report = finished.report.amended(run_id=run_id(finished.report))
    if claimed.replaced_key:
        report = report.amended(replaced_key=claimed.replaced_key)
    if claimed.previous:
        report = report.amended(previous=claimed.previous)
    if claimed.job:
        report = report.amended(job=claimed.job)
    if finished.parts:
        report = report.amended(parts=list(finished.parts))
    if report.findings is None:
        return report.amended(last_good=claimed.last_good)
    warnings = warnings_of(
        report.findings,
        finished.limits,
        claimed.previous,
        description_key=report.source.description_key,
        advice=report.advice,
    )
    return report.amended(status=status_of(warnings), warnings=warnings)


def _upload(
    target: Processed, finished: Finished, report: PublishedReport, claim_etag: str
) -> dict[str, Output]:
    files = {**finished.files, PAGE: _page(report, finished.folder / PAGE)}
    keys = {name: target.prefix + name for name in files}
    versions = target.upload({keys[name]: file for name, file in files.items()}, claim_etag)
    return {
        name: Output(
            key=keys[name],
            bytes=file.size,
            sha256=file.sha256,
            version_id=versions[keys[name]],
        )
        for name, file in files.items()
    }


def _land(
    target: Processed, finished: Finished, table: SalesTable, claim_etag: str
) -> dict[str, str]:
    parts = {
        table.part_key(target.prefix, number): part.parquet
        for number, part in enumerate(finished.parts)
    }
    whole = {} if parts else {table.key(target.prefix): finished.files[PARQUET]}
    target.copy(parts, claim_etag)
    target.upload(whole, claim_etag)
    there = set(target.keys_below(table.folder(target.prefix)))
    target.delete(there - parts.keys() - whole.keys(), claim_etag)
    return table.register(target.prefix, finished.schema)


def _tell(target: Processed, report: PublishedReport) -> None:
    for name, output in report.outputs.items():
        place = f"S3://{target.bucket}/{output.key}"
        logger.info("File %s successfully uploaded to %s", name, place)
    for warning in report.warnings:
        logger.warning("%s: %s", warning.code, warning.message)
    if report.status in CLEANED:
        logger.info("ETL completed successfully")


def _page(report: PublishedReport, path: Path) -> DataFile:
    content = report_page(report).encode()
    path.write_bytes(content)
    return DataFile(path, len(content), hashlib.sha256(content).hexdigest())
