"""When a finished run may appear in the processed bucket, and with what report."""

import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from etl.report import document
from etl.report.document import Report
from etl.report.page import report_page
from etl.s3.glue import SalesTable
from etl.s3.landing import LandedObject
from etl.s3.order import is_older, is_same
from etl.s3.processed import DataFile, Processed, Superseded
from etl.sink.files import PARQUET

ALREADY_DONE = "already_done"
SUPERSEDED = "superseded"
PAGE = "report.html"

_FINAL = (document.SUCCEEDED, document.REFUSED, document.TOO_LARGE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """How one notification ended; `report` is set if a report was written or found."""

    key: str
    status: str
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """A report not yet published, the files that go with it, and a folder for more."""

    report: Report
    files: dict[str, DataFile]
    folder: Path
    started: float
    schema: pa.Schema | None = None


def settled(item: LandedObject, source: Report, report: Report | None) -> Result | None:
    """The result if `report`, the one in place, leaves nothing to do for this object."""
    if report is None or is_older(report["source"], item):
        return None
    if not is_same(report["source"], item):
        logger.info("%s: a newer version is already processed", item.key)
        return Result(item.key, SUPERSEDED, report)
    done = (
        report["status"] in _FINAL
        and report["code_version"] == document.code_version()
        and report["source"]["description_etag"] == source["description_etag"]
    )
    if not done:
        return None
    logger.info("%s: this version is already processed", item.key)
    return Result(item.key, ALREADY_DONE, report)


def publish(
    item: LandedObject, target: Processed, finished: Finished, table: SalesTable | None
) -> Result:
    """Claim, upload, conclude; or give way to whoever is ahead."""
    source = finished.report["source"]
    while True:
        current = target.current()
        result = settled(item, source, current.report)
        if result is not None:
            return result
        good = _last_good(current.report)
        claim = target.claim(
            document.begin(document.PUBLISHING, source) | {"last_good": good}, current
        )
        if claim is not None:
            break
    report = finished.report if finished.files else finished.report | {"last_good": good}
    try:
        report |= _upload(target, finished, report, claim)
        if table is not None and finished.schema is not None:
            report["table"] = _land(target, finished, table, claim)
        report |= _closing(finished.started)
        target.conclude(report, claim)
    except Superseded:
        logger.info("%s: another run took over", item.key)
        return Result(item.key, SUPERSEDED)
    _tell(target, report)
    return Result(item.key, report["status"], report)


def _upload(target: Processed, finished: Finished, report: Report, claim: str) -> Report:
    files = finished.files | {PAGE: _page(report, finished.folder / PAGE)}
    keys = {target.prefix + name: file for name, file in files.items()}
    versions = target.upload(keys, claim)
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


def _land(target: Processed, finished: Finished, table: SalesTable, claim: str) -> Report:
    key = table.key(target.prefix)
    target.upload({key: finished.files[PARQUET]}, claim)
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


def _last_good(report: Report | None) -> Report | None:
    """The newest output that a reader can still rely on while there is no good report."""
    if report is None or report["status"] != document.SUCCEEDED:
        return None if report is None else report.get("last_good")
    return {name: report[name] for name in ("source", "rows_in", "rows_out", "outputs")}
