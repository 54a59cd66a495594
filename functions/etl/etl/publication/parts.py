"""What the Spark job does at the processed bucket, under the claim that the function made."""

from etl.publication.history import run_id
from etl.publication.place import part_folder
from etl.publication.precedence import SUPERSEDED, Claim, Result
from etl.publication.publish import Finished, publish_claimed
from etl.publication.replaced import listed
from etl.report.model import PROCESSING, PublishedReport
from etl.s3.glue import SalesTable
from etl.s3.processed import Current, Processed


def held(target: Processed, claim_id: str) -> PublishedReport | None:
    """The claim, while it stands in the place of the report; its source is what is to be cleaned.

    None once a newer version, or a newer attempt, has taken the place.
    """
    current = target.current()
    return current.report if _is_held(current, claim_id) else None


def own_folder(target: Processed, claimed: PublishedReport) -> str:
    """Where the parts of this run belong; two attempts write the same bytes there."""
    return part_folder(target.prefix, run_id(claimed))


def publish_parts(
    target: Processed, claim_id: str, finished: Finished, table: SalesTable | None = None
) -> Result:
    """Conclude a run whose parts are there; or clear them away if the claim is gone.

    The function writes into the claim which run it started, which changes the claim's ETag but
    not whose it is: then it is tried once more.
    """
    while True:
        current = target.current()
        if not _is_held(current, claim_id):
            _clear(target, finished, current)
            return Result(finished.report.source.key, SUPERSEDED)
        result = publish_claimed(target, finished, table, _right(current))
        if result.status != SUPERSEDED:
            return result


def _is_held(current: Current, claim_id: str) -> bool:
    report = current.report
    return report is not None and (report.status, report.claim_id) == (PROCESSING, claim_id)


def _right(current: Current) -> Claim:
    """Only of a claim that is held."""
    if current.report is None or current.etag is None:
        raise ValueError("there is no claim")
    return Claim(current.etag, current.report)


def _clear(target: Processed, finished: Finished, current: Current) -> None:
    """Delete the parts, unless the report in place lists them or is of another attempt at them."""
    report = current.report
    if report is not None and run_id(report) == run_id(finished.report):
        return
    kept = {output.key for output in listed(report)} if report else set()
    if report is not None and report.last_good:
        kept |= {output.key for output in listed(report.last_good)}
    ours = {output.key for part in finished.parts for output in part.outputs if output.key}
    target.delete(ours - kept, current.etag)
