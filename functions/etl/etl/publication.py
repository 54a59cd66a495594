"""How a finished run appears in the processed bucket: claim, files, report."""

import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from etl.precedence import SUPERSEDED, Result, claim
from etl.report import document
from etl.report.document import Report
from etl.report.page import report_page
from etl.s3.glue import SalesTable
from etl.s3.landing import LandedObject
from etl.s3.order import Order
from etl.s3.processed import DataFile, Processed, Superseded
from etl.sink.files import PARQUET

PAGE = "report.html"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """A report not yet published, the files that go with it, and a folder for more."""

    report: Report
    files: dict[str, DataFile]
    folder: Path
    started: float
    schema: pa.Schema | None = None


def publish(
    item: LandedObject,
    target: Processed,
    finished: Finished,
    table: SalesTable | None,
    order: Order,
) -> Result:
    """Claim, upload, conclude; or give way to whoever is ahead."""
    right = claim(item, target, finished.report["source"], order)
    if isinstance(right, Result):
        return right
    report = finished.report | right.replaced
    if not finished.files:
        report["last_good"] = right.last_good
    try:
        report |= _upload(target, finished, report, right.etag)
        if table is not None and finished.schema is not None:
            report["table"] = _land(target, finished, table, right.etag)
        report |= _closing(finished.started)
        target.conclude(report, right.etag)
    except Superseded:
        logger.info("%s: another run took over", item.key)
        return Result(item.key, SUPERSEDED, shared_with=right.shared_with)
    _tell(target, report)
    return Result(item.key, report["status"], report, right.shared_with)


def _upload(target: Processed, finished: Finished, report: Report, etag: str) -> Report:
    files = finished.files | {PAGE: _page(report, finished.folder / PAGE)}
    keys = {target.prefix + name: file for name, file in files.items()}
    versions = target.upload(keys, etag)
    return {
        "outputs": {
            name: {
                "key": target.prefix + name,
                "bytes": file.size,
                "sha256": file.sha256,
                "version_id": versions[target.prefix + name],
            }
            for name, file in files.items()
        }
    }


def _land(target: Processed, finished: Finished, table: SalesTable, etag: str) -> Report:
    key = table.key(target.prefix)
    target.upload({key: finished.files[PARQUET]}, etag)
    return dict(table.register(target.prefix, finished.schema))


def _tell(target: Processed, report: Report) -> None:
    for name, output in report["outputs"].items():
        place = f"S3://{target.bucket}/{output['key']}"
        logger.info("File %s successfully uploaded to %s", name, place)
    if report["status"] == document.SUCCEEDED:
        logger.info("ETL completed successfully")


def _page(report: Report, path: Path) -> DataFile:
    content = report_page(report).encode()
    path.write_bytes(content)
    return DataFile(path, len(content), hashlib.sha256(content).hexdigest())


def _closing(started: float) -> Report:
    return {
        "seconds": round(time.monotonic() - started, 3),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
