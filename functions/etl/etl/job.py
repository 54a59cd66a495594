"""One object from the landing bucket to its place in the processed bucket."""

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl.clean import Source, clean
from etl.errors import Refused, TooLarge
from etl.report import document
from etl.report.document import Report
from etl.s3.events import Notification
from etl.s3.landing import Gone, LandedObject, Landing
from etl.s3.order import is_older, is_same
from etl.s3.publish import Current, DataFile, Processed, Superseded
from etl.settings import Settings

GONE = "gone"
SUPERSEDED = "superseded"
IGNORED = "ignored"
ALREADY_DONE = "already_done"

_FINAL = (document.SUCCEEDED, document.REFUSED, document.HANDED_OVER)

SUFFIXES = (".csv", ".csv.gz")

logger = logging.getLogger(__name__)


class UnexpectedBucket(Exception):
    """The trigger is set on a bucket this function is not for."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one notification ended; `report` is set if a report was written or found."""

    key: str
    status: str
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """A report not yet published and the files that go with it."""

    report: Report
    files: dict[str, DataFile]


class Job:
    """Cleans landed objects. Errors of S3 itself pass through, for the caller to retry."""

    def __init__(
        self, landing: Landing, processed: Callable[[str], Processed], settings: Settings
    ) -> None:
        self._landing = landing
        self._processed = processed
        self._settings = settings

    def run(self, news: Notification) -> Result:
        """Raises UnexpectedBucket."""
        started = time.monotonic()
        if news.bucket != self._settings.landing_bucket:
            raise UnexpectedBucket(
                f"{news.bucket}/{news.key} is not in {self._settings.landing_bucket}"
            )
        if not news.key.lower().endswith(SUFFIXES):
            logger.warning("%s ignored: it ends in neither .csv nor .csv.gz", news.key)
            return Result(news.key, IGNORED)
        try:
            item = self._landing.find(news)
            target = self._processed(item.prefix)
            settled = self._settled(item, target.current())
            if settled is not None:
                return settled
            with tempfile.TemporaryDirectory(prefix="etl-") as folder:
                finished = self._clean(item, Path(folder))
                return self._publish(item, target, finished, started)
        except Gone as gone:
            logger.warning("%s is gone: %s", news.key, gone)
            return Result(news.key, GONE)

    def _settled(self, item: LandedObject, current: Current) -> Result | None:
        """The result if nothing is left to do for this object."""
        report = current.report
        if report is None or is_older(report["source"], item):
            return None
        if not is_same(report["source"], item):
            logger.info("%s: a newer version is already processed", item.key)
            return Result(item.key, SUPERSEDED, report)
        redo = (
            report["status"] not in _FINAL
            or report["code_version"] != document.code_version()
            or report["source"]["description_etag"] != self._landing.description_etag(item)
        )
        if redo:
            return None
        logger.info("%s: this version is already processed", item.key)
        return Result(item.key, ALREADY_DONE, report)

    def _clean(self, item: LandedObject, folder: Path) -> Finished:
        max_bytes = self._settings.etl_max_bytes
        etag = self._landing.description_etag(item)
        source = _source(item, etag)
        try:
            if item.size > max_bytes:
                raise TooLarge(item.size, max_bytes)
            description = self._landing.description(item, etag)
            raw, out = folder / "source", folder / "out"
            out.mkdir()
            self._landing.download(item, raw)
            cleaned = clean(Source(raw, description, max_bytes), out)
        except Refused as refused:
            logger.error("%s refused: %s", item.key, refused.message)
            report = document.begin(document.REFUSED, source) | document.refusal(refused)
            return Finished(report, {})
        except TooLarge as large:
            logger.error("%s handed over: %s", item.key, large)
            report = document.begin(document.HANDED_OVER, source) | document.handover(large)
            return Finished(report, {})
        logger.info("Initial rows: %d", cleaned.figures.rows_in)
        logger.info("Rows after cleaning: %d", cleaned.figures.rows_out)
        report = document.begin(document.SUCCEEDED, source) | document.success(cleaned, description)
        files = {
            name: DataFile(file.path, file.size, file.sha256)
            for name, file in cleaned.files.items()
        }
        return Finished(report, files)

    def _publish(
        self, item: LandedObject, target: Processed, finished: Finished, started: float
    ) -> Result:
        while True:
            current = target.current()
            settled = self._settled(item, current)
            if settled is not None:
                return settled
            last_good = _last_good(current.report)
            announced = document.begin(document.PUBLISHING, finished.report["source"])
            claim = target.claim(announced | {"last_good": last_good}, current)
            if claim is not None:
                break
        try:
            outputs = target.upload(finished.files, claim)
            report = finished.report | _closing(outputs, last_good, started)
            target.conclude(report, claim)
        except Superseded:
            logger.info("%s: another run took over", item.key)
            return Result(item.key, SUPERSEDED)
        for name, output in outputs.items():
            place = f"S3://{target.bucket}/{output['key']}"
            logger.info("File %s successfully uploaded to %s", name, place)
        if report["status"] == document.SUCCEEDED:
            logger.info("ETL completed successfully")
        return Result(item.key, report["status"], report)


def _source(item: LandedObject, description_etag: str | None) -> Report:
    return {
        "bucket": item.bucket,
        "key": item.key,
        "version_id": item.version_id,
        "etag": item.etag,
        "bytes": item.size,
        "last_modified": item.last_modified,
        "sequencer": item.sequencer,
        "description_etag": description_etag,
    }


def _closing(outputs: dict[str, Report], last_good: Report | None, started: float) -> Report:
    now: dict[str, Any] = {
        "outputs": outputs,
        "seconds": round(time.monotonic() - started, 3),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return now if outputs else now | {"last_good": last_good}


def _last_good(report: Report | None) -> Report | None:
    """The newest output that a reader can still rely on while there is no good report."""
    if report is None or report["status"] != document.SUCCEEDED:
        return None if report is None else report.get("last_good")
    return {name: report[name] for name in ("source", "rows_in", "rows_out", "outputs")}
