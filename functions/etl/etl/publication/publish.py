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
from etl.report.model import CLEANED, Output, PublishedReport
from etl.report.page import report_page
from etl.report.verdict import Limits, status_of, warnings_of
from etl.s3.glue import SalesTable
from etl.s3.processed import Processed, Superseded
from etl.sink.files import PARQUET, DataFile

PAGE = "report.html"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """A report not yet published, the files that go with it, and a folder for more."""

    report: PublishedReport
    files: Mapping[str, DataFile]
    folder: Path
    started: float
    limits: Limits
    schema: pa.Schema | None = None


def publish(
    target: Processed, finished: Finished, table: SalesTable | None, order: Order
) -> Result:
    """Claim, upload, conclude; or give way to whoever is ahead."""
    source = finished.report.source
    right = claim(source, target, order)
    if isinstance(right, Result):
        return right
    report = _knowing(right, finished)
    try:
        report = report.amended(outputs=_upload(target, finished, report, right.etag))
        if table is not None and finished.schema is not None:
            report = report.amended(table=_land(target, finished, table, right.etag))
        report = report.amended(
            seconds=round(time.monotonic() - finished.started, 3),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        concluded = target.conclude(report, right.etag)
    except Superseded:
        logger.info("%s: another run took over", source.key)
        return Result(source.key, SUPERSEDED, shared_with=right.shared_with)
    record(target, concluded)
    _tell(target, report)
    return Result(source.key, report.status, report, right.shared_with)


def _knowing(right: Claim, finished: Finished) -> PublishedReport:
    """The report with what the claim found in its place, and the verdict that it leads to."""
    report = finished.report.amended(run_id=run_id(finished.report))
    if right.replaced_key:
        report = report.amended(replaced_key=right.replaced_key)
    if right.previous:
        report = report.amended(previous=right.previous)
    if report.findings is None:
        return report.amended(last_good=right.last_good)
    warnings = warnings_of(report.findings, finished.limits, right.previous)
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
    target.upload({table.key(target.prefix): finished.files[PARQUET]}, claim_etag)
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
