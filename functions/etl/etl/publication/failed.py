"""A job run that failed, written into the report that waits for it."""

import tempfile
import time
from pathlib import Path

from etl.emr.runs import EndedRun
from etl.publication.precedence import SUPERSEDED, Claim, Result
from etl.publication.publish import Finished, publish_claimed
from etl.report.model import FAILED, PROCESSING, JobRun, PublishedReport, Refusal
from etl.report.verdict import Limits
from etl.s3.processed import Processed

_REASON = "job_failed"
_LONGEST = 500


def conclude_failed(target: Processed, run: EndedRun, limits: Limits) -> Result:
    """Replace the claim by a report of status `failed`; earlier output stays as it is.

    `superseded` if the claim is not this run's: a newer version, or the next attempt, has taken
    the place, or the run had concluded before it failed.
    """
    while True:
        current = target.current()
        report = current.report
        if (
            report is None
            or current.etag is None
            or (report.status, report.claim_id) != (PROCESSING, run.claim_id)
            or report.job is None
            or report.job.run_id not in (None, run.id)
        ):
            return Result(run.key, SUPERSEDED, report)
        job = JobRun(attempt=report.job.attempt, run_id=run.id)
        failed = PublishedReport.begin(FAILED, report.source, refusal=_refusal(run))
        right = Claim(current.etag, report.amended(job=job))
        with tempfile.TemporaryDirectory(prefix="etl-") as folder:
            finished = Finished(failed, {}, Path(folder), time.monotonic(), limits)
            result = publish_claimed(target, finished, None, right)
        if result.status != SUPERSEDED:
            return result


def _refusal(run: EndedRun) -> Refusal:
    said = " ".join(f"{run.state}: {run.details}".split())[:_LONGEST]
    message = f"The job that cleans files of this size ended as {said.rstrip('.')}."
    then = "Its log says more; put the same file again when that is mended."
    return Refusal(reason=_REASON, message=f"{message} {then}")
