"""When a finished run may appear in the processed bucket, and with what report."""

import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from etl.report import document
from etl.report.document import Report
from etl.report.page import report_page
from etl.s3.landing import LandedObject
from etl.s3.order import is_older, is_same
from etl.s3.publish import DataFile, Processed, Superseded

ALREADY_DONE = "already_done"
SUPERSEDED = "superseded"
PAGE = "report.html"

_FINAL = (document.SUCCEEDED, document.REFUSED, document.HANDED_OVER)

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


def publish(item: LandedObject, target: Processed, finished: Finished, started: float) -> Result:
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
        files = finished.files | {PAGE: _page(report, finished.folder / PAGE)}
        report = report | {"outputs": target.upload(files, claim)} | _closing(started)
        target.conclude(report, claim)
    except Superseded:
        logger.info("%s: another run took over", item.key)
        return Result(item.key, SUPERSEDED)
    _tell(target, report)
    return Result(item.key, report["status"], report)


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
