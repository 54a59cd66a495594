"""One object from the landing bucket to its place in the processed bucket."""

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from etl.clean import Source, clean
from etl.errors import Refused, TooLarge
from etl.precedence import Result, settled
from etl.publication import Finished, publish
from etl.report import document
from etl.report.document import Report
from etl.s3.events import Notification
from etl.s3.glue import SalesTable
from etl.s3.landing import Gone, LandedObject, Landing
from etl.s3.order import Order, with_known
from etl.s3.place import SUFFIXES, output_prefix
from etl.s3.processed import DataFile, Processed
from etl.settings import Settings
from etl.sink.table import schema_of

GONE = "gone"
IGNORED = "ignored"

logger = logging.getLogger(__name__)


class UnexpectedBucket(Exception):
    """The trigger is set on a bucket this function is not for."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Where a run keeps its files, and when it began by the monotonic clock."""

    folder: Path
    started: float


class Job:
    """Cleans landed objects. Errors of S3 itself pass through, for the caller to retry."""

    def __init__(
        self, landing: Landing, processed: Callable[[str], Processed], settings: Settings
    ) -> None:
        self._landing = landing
        self._order = Order(landing)
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
            prefix = output_prefix(news.key)
        except Refused as refused:
            logger.error("%s refused without a report: %s", news.key, refused.message)
            return Result(news.key, document.REFUSED)
        try:
            return self._run(self._landing.find(news), self._processed(prefix), started)
        except Gone as gone:
            logger.warning("%s is gone: %s", news.key, gone)
            return Result(news.key, GONE)

    def _run(self, found: LandedObject, target: Processed, started: float) -> Result:
        report = target.current().report
        item = with_known(found, report and report["source"])
        source = _source(item, self._landing.description_etag(item))
        result = settled(item, source, report, self._order)
        if result is not None:
            return result
        with tempfile.TemporaryDirectory(prefix="etl-") as folder:
            finished = self._finish(item, source, _Run(Path(folder), started))
            return publish(item, target, finished, self._table(), self._order)

    def _finish(self, item: LandedObject, source: Report, run: _Run) -> Finished:
        """Clean the object, or say why not."""
        try:
            return self._clean(item, source, run)
        except Refused as refused:
            logger.error("%s refused: %s", item.key, refused.message)
            report = document.begin(document.REFUSED, source) | document.refusal(refused)
        except TooLarge as large:
            logger.error("%s is too large: %s", item.key, large)
            report = document.begin(document.TOO_LARGE, source) | document.oversize(large)
        return Finished(report, {}, run.folder, run.started)

    def _clean(self, item: LandedObject, source: Report, run: _Run) -> Finished:
        max_bytes = self._settings.etl_max_bytes
        if item.size > max_bytes:
            raise TooLarge(item.size, max_bytes)
        description = self._landing.description(item, source["description_etag"])
        raw = run.folder / "source"
        self._landing.download(item, raw)
        cleaned = clean(Source(raw, description, max_bytes), run.folder)
        logger.info("Initial rows: %d", cleaned.figures.rows_in)
        logger.info("Rows after cleaning: %d", cleaned.figures.rows_out)
        report = document.begin(document.SUCCEEDED, source) | document.success(cleaned, description)
        files = {
            name: DataFile(file.path, file.size, file.sha256)
            for name, file in cleaned.files.items()
        }
        schema = schema_of(cleaned.header.names)
        return Finished(report, files, run.folder, run.started, schema)

    def _table(self) -> SalesTable | None:
        database = self._settings.glue_database
        return SalesTable(self._settings.processed_bucket, database) if database else None


def _source(item: LandedObject, description_etag: str | None) -> Report:
    return {
        "bucket": item.bucket,
        "key": item.key,
        "version_id": item.version_id,
        "etag": item.etag,
        "bytes": item.size,
        "last_modified": item.last_modified,
        "sequencer": item.sequencer,
        "event_time": item.event_time,
        "description_etag": description_etag,
    }
