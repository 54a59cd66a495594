"""The run that a claim of the function asks for: an object of the landing bucket to its parts."""

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from etl.advice.unfailing import advice_on_refusal, advice_on_run
from etl.clean import Cleaned
from etl.errors import Refused
from etl.publication.parts import held, own_folder, publish_parts
from etl.publication.place import output_prefix
from etl.publication.publish import Finished
from etl.report.model import (
    REFUSED,
    SUCCEEDED,
    PublishedReport,
    SourceVersion,
    refusal_of,
)
from etl.s3.glue import SalesTable
from etl.s3.landing import Landing
from etl.s3.processed import Processed
from etl.settings import Settings
from etl.sink.table import schema_of
from etl.source.file import Source
from jobs.spark.parts import Store
from jobs.spark.run_folder import RunFolder
from jobs.spark.stored_object import StoredObject, client

Cleaner = Callable[[Source, Store], Cleaned]
"""Cleans a source into a store. Raises Refused."""

logger = logging.getLogger(__name__)


class OtherSource(Exception):
    """The claim is for another version than the one that this run was told to clean."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is told: which version, whose results go where, by which claim."""

    bucket: str
    key: str
    version_id: str | None
    etag: str
    processed_bucket: str
    claim_id: str

    def is_of(self, source: SourceVersion) -> bool:
        told = (self.bucket, self.key, self.version_id, self.etag)
        return told == (source.bucket, source.key, source.version_id, source.etag)


def run_claimed(wanted: Wanted, settings: Settings, cleaner: Cleaner) -> str:
    """Clean what was claimed and publish it while the claim stands; how it ended.

    Raises OtherSource, Gone if the version is no more, and botocore's errors: all to be tried
    again.
    """
    started, s3 = time.monotonic(), client(settings.aws_endpoint_url)
    target = Processed(s3, wanted.processed_bucket, output_prefix(wanted.key))
    claimed = held(target, wanted.claim_id)
    if claimed is None:
        return _superseded(wanted)
    if not wanted.is_of(claimed.source):
        raise OtherSource(f"claim {wanted.claim_id} is for another version of {wanted.key}")
    folder = RunFolder(target.bucket, own_folder(target, claimed), settings.aws_endpoint_url)
    with tempfile.TemporaryDirectory(prefix="etl-") as scratch:
        try:
            run = ClaimedRun(claimed.source, settings, cleaner, folder)
            finished = run.finish(Landing(s3), Path(scratch), started)
        finally:
            folder.clear()
        result = publish_parts(target, wanted.claim_id, finished, _table(wanted, settings))
    logger.info("%s: %s, %d parts", wanted.key, result.status, len(finished.parts))
    return result.status


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """One attempt at a claimed version."""

    source: SourceVersion
    settings: Settings
    cleaner: Cleaner
    folder: RunFolder

    def finish(self, landing: Landing, scratch: Path, started: float) -> Finished:
        """Clean the object, or say why not."""
        limits, file = self.settings.limits, None
        try:
            description = landing.description(self.source)
            file = Source(StoredObject(self.source, self.settings.aws_endpoint_url), description)
            cleaned = self.cleaner(file, self.folder)
        except Refused as refused:
            logger.error("%s refused: %s", self.source.key, refused.message)
            advice = advice_on_refusal(file, refused) if file else None
            report = PublishedReport.begin(
                REFUSED, self.source, **refusal_of(refused), advice=advice
            )
            return Finished(report, {}, scratch, started, limits)
        advice = advice_on_run(file, cleaned.header, cleaned.evidence)
        report = PublishedReport.begin(
            SUCCEEDED, self.source, findings=cleaned.findings, advice=advice
        )
        schema = schema_of(cleaned.header.names)
        return Finished(report, {}, scratch, started, limits, schema, cleaned.parts)


def _superseded(wanted: Wanted) -> str:
    logger.info("%s: claim %s is no longer in place", wanted.key, wanted.claim_id)
    return "superseded"


def _table(wanted: Wanted, settings: Settings) -> SalesTable | None:
    database = settings.glue_database
    return SalesTable(wanted.processed_bucket, database) if database else None
