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
    """How one notification ended; `report` is set if a report was written or found.

    `shared_with` is the other source whose report stood at this one's prefix.
    """

    key: str
    status: str
    report: Report | None = None
    shared_with: str | None = None


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
        return _overtaken(item, report)
    done = (
        report["status"] in _FINAL
        and report["code_version"] == document.code_version()
        and report["source"]["description_etag"] == source["description_etag"]
    )
    if not done:
        return None
    logger.info("%s: this version is already processed", item.key)
    return Result(item.key, ALREADY_DONE, report)


def _overtaken(item: LandedObject, report: Report) -> Result:
    other = _other_key(report, item)
    if other is None:
        logger.info("%s: a newer version is already processed", item.key)
    else:
        logger.warning(
            "%s is left out: %s has the same prefix, %r, and is newer", item.key, other, item.prefix
        )
    return Result(item.key, SUPERSEDED, report, other)


def _other_key(report: Report | None, item: LandedObject) -> str | None:
    """The source of the report in place, if it is another one: two keys can give one prefix."""
    key = report["source"]["key"] if report else item.key
    return None if key == item.key else key


@dataclass(frozen=True, slots=True)
class _Claim:
    """The right to publish until somebody replaces the report with this ETag."""

    etag: str
    last_good: Report | None
    replaced: Report
    shared_with: str | None


def publish(
    item: LandedObject, target: Processed, finished: Finished, table: SalesTable | None
) -> Result:
    """Claim, upload, conclude; or give way to whoever is ahead."""
    claim = _claim(item, target, finished.report["source"])
    if isinstance(claim, Result):
        return claim
    report = finished.report | claim.replaced
    if not finished.files:
        report["last_good"] = claim.last_good
    try:
        report |= _upload(target, finished, report, claim.etag)
        if table is not None and finished.schema is not None:
            report["table"] = _land(target, finished, table, claim.etag)
        report |= _closing(finished.started)
        target.conclude(report, claim.etag)
    except Superseded:
        logger.info("%s: another run took over", item.key)
        return Result(item.key, SUPERSEDED, shared_with=claim.shared_with)
    _tell(target, report)
    return Result(item.key, report["status"], report, claim.shared_with)


def _claim(item: LandedObject, target: Processed, source: Report) -> _Claim | Result:
    while True:
        current = target.current()
        result = settled(item, source, current.report)
        if result is not None:
            return result
        good, other = _last_good(current.report), _other_key(current.report, item)
        replaced = {"replaced_key": other} if other else _replaced_before(current.report, item)
        report = document.begin(document.PUBLISHING, source) | {"last_good": good} | replaced
        etag = target.claim(report, current)
        if etag is not None:
            break
    if other:
        logger.warning(
            "%s takes the place of %s: both have the prefix %r", item.key, other, item.prefix
        )
    return _Claim(etag, good, replaced, other)


def _replaced_before(report: Report | None, item: LandedObject) -> Report:
    """What an unfinished run, or an earlier one of this version, said that it replaces."""
    if report is None or "replaced_key" not in report:
        return {}
    unfinished = report["status"] == document.PUBLISHING
    kept = unfinished or is_same(report["source"], item)
    return {"replaced_key": report["replaced_key"]} if kept else {}


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
