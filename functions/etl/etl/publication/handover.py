"""A file past one function: claimed here, cleaned by the Spark job, which concludes the claim.

docs/decisions says what happens when either is killed at any point.
"""

import logging
from typing import Protocol

from etl.emr.runs import EndedRun
from etl.publication.order import Order, is_same
from etl.publication.precedence import Claim, Result, announce, settle
from etl.report.model import (
    FAILED,
    PROCESSING,
    JobRun,
    PublishedReport,
    SourceVersion,
    code_version,
)
from etl.s3.processed import Current, Processed

logger = logging.getLogger(__name__)


class JobRuns(Protocol):
    """The Spark job as the function knows it."""

    def start(self, claimed: PublishedReport) -> str:
        """The id of the run; the same for the same claim and attempt, however often asked."""

    def is_active(self, run_id: str) -> bool:
        """Whether the run waits or works; False for one that ended or that nobody knows."""

    def ended(self, run_id: str) -> EndedRun:
        """What became of a run."""


def hand_over(source: SourceVersion, target: Processed, order: Order, runs: JobRuns) -> Result:
    """Have the Spark job clean the source, once: `processing` is the result while a run is active.

    A claim without a run is that of a function killed before it could start it, or before it could
    note it: the run is started again, by the same token. A run that failed is followed by the next
    attempt, under a new claim.
    """
    while True:
        current = target.current()
        result = settle(source, target, current, order)
        if result is not None:
            return result
        job = _job(current.report, source)
        if job is not None and job.run_id is not None and _is_at_work(current, job.run_id, runs):
            logger.info("%s: job run %s is at work on it", source.key, job.run_id)
            return Result(source.key, PROCESSING, current.report)
        right = _claim(source, target, current, job)
        if right is None:
            continue
        run_id = runs.start(right.report)
        logger.info("%s is handed to job run %s", source.key, run_id)
        noted = _note(target, right, run_id)
        if noted is not None:
            return noted


def _job(report: PublishedReport | None, source: SourceVersion) -> JobRun | None:
    """The run that was asked to read this version in this way, if it is what came last."""
    if report is None or report.status not in (PROCESSING, FAILED):
        return None
    same = (
        is_same(report.source, source)
        and report.source.description_etag == source.description_etag
        and report.code_version == code_version()
    )
    return report.job if same else None


def _is_at_work(current: Current, run_id: str, runs: JobRuns) -> bool:
    is_claimed = current.report is not None and current.report.status == PROCESSING
    return is_claimed and runs.is_active(run_id)


def _claim(
    source: SourceVersion, target: Processed, current: Current, job: JobRun | None
) -> Claim | None:
    """The claim in place if no run is known of it, else a new one for the next attempt."""
    report, etag = current.report, current.etag
    is_unstarted = job is not None and job.run_id is None
    if is_unstarted and report is not None and etag is not None and report.status == PROCESSING:
        return Claim(etag, report)
    attempt = job.attempt + 1 if job else 1
    return announce(source, target, current, PROCESSING, job=JobRun(attempt=attempt))


def _note(target: Processed, right: Claim, run_id: str) -> Result | None:
    """Write down which run has the claim; None if the place is another's by now."""
    claimed = right.report
    attempt = claimed.job.attempt if claimed.job else 1
    report = claimed.amended(job=JobRun(attempt=attempt, run_id=run_id))
    if target.announce(report, Current(claimed, right.etag)) is not None:
        return Result(claimed.source.key, PROCESSING, report, right.shared_with)
    # A twin of this function, or the run itself, may have been faster.
    there = target.current().report
    if there is not None and there.job is not None and there.job.run_id == run_id:
        return Result(claimed.source.key, there.status, there, right.shared_with)
    return None
