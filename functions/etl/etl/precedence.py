"""Who may publish at a prefix: the report in place decides, and a claim holds the right."""

import logging
from dataclasses import dataclass

from etl.report import document
from etl.report.document import Report
from etl.s3.landing import LandedObject
from etl.s3.order import Order, is_same
from etl.s3.processed import Processed

ALREADY_DONE = "already_done"
SUPERSEDED = "superseded"

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
class Claim:
    """The right to publish until somebody replaces the report with this ETag.

    `replaced` is what the new report says of the other source it replaces, if it does.
    """

    etag: str
    last_good: Report | None
    replaced: Report
    shared_with: str | None


def settled(
    item: LandedObject, source: Report, report: Report | None, order: Order
) -> Result | None:
    """The result if `report`, the one in place, leaves nothing to do for this object."""
    if report is None or order.is_older(report["source"], item):
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


def claim(item: LandedObject, target: Processed, source: Report, order: Order) -> Claim | Result:
    """Announce the run, or give way to whoever is ahead."""
    while True:
        current = target.current()
        result = settled(item, source, current.report, order)
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
            "%s takes the place of %s: both have the prefix %r", item.key, other, target.prefix
        )
    return Claim(etag, good, replaced, other)


def _overtaken(item: LandedObject, report: Report) -> Result:
    other = _other_key(report, item)
    if other is None:
        logger.info("%s: a newer version is already processed", item.key)
    else:
        logger.warning("%s is left out: %s has the same prefix and is newer", item.key, other)
    return Result(item.key, SUPERSEDED, report, other)


def _other_key(report: Report | None, item: LandedObject) -> str | None:
    """The source of the report in place, if it is another one: two keys can give one prefix."""
    key = report["source"]["key"] if report else item.key
    return None if key == item.key else key


def _replaced_before(report: Report | None, item: LandedObject) -> Report:
    """What an unfinished run, or an earlier one of this version, said that it replaces."""
    if report is None or "replaced_key" not in report:
        return {}
    unfinished = report["status"] == document.PUBLISHING
    kept = unfinished or is_same(report["source"], item)
    return {"replaced_key": report["replaced_key"]} if kept else {}


def _last_good(report: Report | None) -> Report | None:
    """The newest output that a reader can still rely on while there is no good report."""
    if report is None or report["status"] != document.SUCCEEDED:
        return None if report is None else report.get("last_good")
    return {name: report[name] for name in ("source", "rows_in", "rows_out", "outputs")}
