"""Who may publish at a prefix: the report in place decides, and a claim holds the right."""

import logging
import uuid
from dataclasses import dataclass

from etl.publication.history import record
from etl.publication.order import Order, is_same
from etl.report.model import (
    CLAIMS,
    CLEANED,
    PUBLISHING,
    SETTLED,
    LastGood,
    PreviousRun,
    PublishedReport,
    SourceVersion,
    code_version,
)
from etl.s3.processed import Current, Processed

ALREADY_DONE = "already_done"
SUPERSEDED = "superseded"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """How one notification ended; `report` is set if a report was written or found.

    `shared_with` is the other source whose report stood at this one's prefix.
    """

    key: str
    status: str
    report: PublishedReport | None = None
    shared_with: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to publish until somebody replaces the report, which has this ETag.

    The report tells what was found in its place; `shared_with` is the other source it was of.
    """

    etag: str
    report: PublishedReport
    shared_with: str | None = None


def settle(
    source: SourceVersion, target: Processed, current: Current, order: Order
) -> Result | None:
    """The result if the report in place leaves nothing to do for this source but to record it."""
    result = _settled(source, current.report, order)
    if result is None or result.status == ALREADY_DONE:
        record(target, current)
    return result


def _settled(source: SourceVersion, report: PublishedReport | None, order: Order) -> Result | None:
    if report is None or order.is_older(report.source, source):
        return None
    if not is_same(report.source, source):
        return _overtaken(source, report)
    done = (
        report.status in SETTLED
        and report.code_version == code_version()
        and report.source.description_etag == source.description_etag
    )
    if not done:
        return None
    logger.info("%s: this version is already processed", source.key)
    return Result(source.key, ALREADY_DONE, report)


def claim(source: SourceVersion, target: Processed, order: Order) -> Claim | Result:
    """Announce the run, or give way to whoever is ahead."""
    while True:
        current = target.current()
        result = settle(source, target, current, order)
        if result is not None:
            return result
        made = announce(source, target, current, PUBLISHING)
        if made is not None:
            return made


def announce(
    source: SourceVersion, target: Processed, current: Current, status: str, **more: object
) -> Claim | None:
    """Put a claim into the place of the report; None if another came first."""
    other = _other_key(current.report, source)
    found = {
        "previous": _previous(current.report, source),
        "replaced_key": other or _replaced_before(current.report, source),
    }
    # Without an id of its own the claim of a run's twin would have the same ETag.
    report = PublishedReport.begin(
        status, source, last_good=_last_good(current.report), claim_id=uuid.uuid4().hex, **more
    ).amended(**{name: value for name, value in found.items() if value})
    etag = target.announce(report, current)
    if etag is None:
        return None
    if other:
        logger.warning(
            "%s takes the place of %s: both have the prefix %r", source.key, other, target.prefix
        )
    return Claim(etag, report, other)


def _overtaken(source: SourceVersion, report: PublishedReport) -> Result:
    other = _other_key(report, source)
    if other is None:
        logger.info("%s: a newer version is already processed", source.key)
    else:
        logger.warning("%s is left out: %s has the same prefix and is newer", source.key, other)
    return Result(source.key, SUPERSEDED, report, other)


def _other_key(report: PublishedReport | None, source: SourceVersion) -> str | None:
    """The source of the report in place, if it is another one: two keys can give one prefix."""
    key = report.source.key if report else source.key
    return None if key == source.key else key


def _replaced_before(report: PublishedReport | None, source: SourceVersion) -> str | None:
    """What an unfinished run, or an earlier one of this version, said that it replaces."""
    if report is None:
        return None
    kept = report.status in CLAIMS or is_same(report.source, source)
    return report.replaced_key if kept else None


def _last_good(report: PublishedReport | None) -> LastGood | None:
    """The newest output that a reader can still rely on while there is no good report."""
    if report is None or report.status not in CLEANED or report.findings is None:
        return None if report is None else report.last_good
    found = report.findings
    good = LastGood(
        source=report.source,
        rows_in=found.rows_in,
        rows_out=found.rows_out,
        duplicates=found.duplicates,
        rejected=found.rejected,
        csv_dates=found.reading.csv_dates,
        outputs=report.outputs,
    )
    return good.model_copy(update={"parts": report.parts}) if report.parts else good


def _previous(report: PublishedReport | None, source: SourceVersion) -> PreviousRun | None:
    """The last run that cleaned another version; this one read anew is no change of the source."""
    if report is None:
        return None
    if report.as_previous is None or is_same(report.source, source):
        return report.previous
    return report.as_previous
