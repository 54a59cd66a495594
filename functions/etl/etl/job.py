"""One object from the landing bucket to its place in the processed bucket."""

import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from etl.advice.unfailing import advice_on_refusal, advice_on_run
from etl.clean import Cleaned, clean
from etl.errors import Refused, TooLarge
from etl.publication.failed import conclude_failed
from etl.publication.handover import JobRuns, hand_over
from etl.publication.order import Order, with_known
from etl.publication.place import SUFFIXES, output_prefix
from etl.publication.precedence import Result, settle
from etl.publication.publish import Finished, publish
from etl.report.model import (
    REFUSED,
    SUCCEEDED,
    TOO_LARGE,
    PublishedReport,
    SourceVersion,
    refusal_of,
)
from etl.s3.events import Notification
from etl.s3.glue import SalesTable
from etl.s3.landing import Gone, Landing
from etl.s3.processed import Processed
from etl.settings import Settings
from etl.sink.table import schema_of
from etl.source.file import Source
from etl.tracing import span

GONE = "gone"
IGNORED = "ignored"

logger = logging.getLogger(__name__)


class UnexpectedBucket(Exception):
    """The trigger is set on a bucket this function is not for."""


class UnexpectedRun(Exception):
    """News of a job run came to a function that hands nothing over."""


class Job:
    """Cleans landed objects. Errors of S3 itself pass through, for the caller to retry."""

    def __init__(
        self,
        landing: Landing,
        processed: Callable[[str], Processed],
        settings: Settings,
        runs: JobRuns | None = None,
    ) -> None:
        """Without `runs` of the Spark job a file past the limit is too large."""
        self._landing = landing
        self._order = Order(landing)
        self._processed = processed
        self._settings = settings
        self._runs = runs

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
            return Result(news.key, REFUSED)
        try:
            return self._run(self._landing.find(news), self._processed(prefix), started)
        except Gone as gone:
            logger.warning("%s is gone: %s", news.key, gone)
            return Result(news.key, GONE)

    def fail(self, run_id: str) -> Result:
        """A run of the Spark job has failed: say so in the report that waits for it."""
        if self._runs is None:
            raise UnexpectedRun(f"{run_id} is of a job that this function starts none of")
        run = self._runs.ended(run_id)
        logger.error("%s: job run %s ended as %s", run.key, run.id, run.state)
        target = self._processed(output_prefix(run.key))
        return conclude_failed(target, run, self._settings.limits)

    def _run(self, found: SourceVersion, target: Processed, started: float) -> Result:
        with span("settle"):
            current = target.current()
            source = with_known(found, current.report.source if current.report else None)
            result = settle(source, target, current, self._order)
        if result is not None:
            return result
        with tempfile.TemporaryDirectory(prefix="etl-") as folder:
            finished = self._finish(source, Path(folder), started)
            if self._runs is not None and finished.report.status == TOO_LARGE:
                return hand_over(source, target, self._order, self._runs)
            with span("publish"):
                return publish(target, finished, self._table(), self._order)

    def _finish(self, source: SourceVersion, folder: Path, started: float) -> Finished:
        """Clean the object, or say why not."""
        limits, file = self._settings.limits, None
        try:
            with span("download"):
                file = self._downloaded(source, folder)
            with span("clean"):
                cleaned = self._clean(file, folder)
        except Refused as refused:
            logger.error("%s refused: %s", source.key, refused.message)
            advice = advice_on_refusal(file, refused) if file else None
            report = PublishedReport.begin(REFUSED, source, **refusal_of(refused), advice=advice)
        except TooLarge as large:
            logger.log(self._level_of_large, "%s is too large: %s", source.key, large)
            report = PublishedReport.begin(TOO_LARGE, source, **refusal_of(large))
        else:
            with span("advise"):
                advice = advice_on_run(file, cleaned.header, cleaned.evidence)
            report = PublishedReport.begin(
                SUCCEEDED, source, findings=cleaned.findings, advice=advice
            )
            schema = schema_of(cleaned.header.names)
            return Finished(report, cleaned.files, folder, started, limits, schema)
        return Finished(report, {}, folder, started, limits)

    @property
    def _level_of_large(self) -> int:
        return logging.ERROR if self._runs is None else logging.INFO

    def _downloaded(self, source: SourceVersion, folder: Path) -> Source:
        """The object as a file on disk. Raises Refused, TooLarge and Gone."""
        max_bytes = self._settings.etl_max_bytes
        if source.bytes > max_bytes:
            raise TooLarge(source.bytes, max_bytes)
        description = self._landing.description(source)
        raw = folder / "source"
        self._landing.download(source, raw)
        return Source(raw, description, max_bytes)

    def _clean(self, file: Source, folder: Path) -> Cleaned:
        """Raises Refused and TooLarge."""
        cleaned = clean(file, folder)
        logger.info("Initial rows: %d", cleaned.findings.rows_in)
        logger.info("Rows after cleaning: %d", cleaned.findings.rows_out)
        return cleaned

    def _table(self) -> SalesTable | None:
        database = self._settings.glue_database
        return SalesTable(self._settings.processed_bucket, database) if database else None
