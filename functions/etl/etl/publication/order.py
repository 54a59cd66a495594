"""Which of two versions of a source is the newer one: one total order, whoever is asked first.

docs/decisions/0045 says why each clue stands where it does.
"""

from datetime import datetime
from typing import Protocol

from etl.report.model import SourceVersion


def is_same(done: SourceVersion, item: SourceVersion) -> bool:
    """Whether a report's source is this very version of this very object."""
    mine = (item.bucket, item.key, item.version_id, item.etag)
    return mine == (done.bucket, done.key, done.version_id, done.etag)


def with_known(item: SourceVersion, done: SourceVersion | None) -> SourceVersion:
    """The object with what an earlier event told of this version and the one at hand does not."""
    if done is None or not is_same(done, item):
        return item
    return item.model_copy(
        update={
            "sequencer": item.sequencer or done.sequencer,
            "event_time": item.event_time or done.event_time,
        }
    )


class Versions(Protocol):
    """The landing bucket, as far as it is asked here."""

    def current(self, item: SourceVersion) -> tuple[str | None, str] | None: ...


class Order:
    """Compares a report's source with an object; asks the landing bucket where no event tells."""

    def __init__(self, landing: Versions) -> None:
        self._landing = landing

    def is_older(self, done: SourceVersion, item: SourceVersion) -> bool:
        """Whether a report's source was written before this object."""
        if is_same(done, item):
            return False
        if done.key != item.key:
            return _across_keys(done) < _across_keys(item)
        theirs, ours = _padded(done), _padded(item)
        if theirs and ours and theirs != ours:
            return theirs < ours
        return self._is_replaced(done, item)

    def _is_replaced(self, done: SourceVersion, item: SourceVersion) -> bool:
        """The same for two versions of one key that no sequencer orders: S3 knows the last one."""
        current = self._landing.current(item)
        if current == (item.version_id, item.etag):
            return True
        if current == (done.version_id, done.etag):
            return False
        return _among_versions(done) < _among_versions(item)


def _moment(source: SourceVersion) -> datetime:
    """When it was written: to the millisecond by its event, else to the second by the object.

    The object's time bounds an event written by hand, whose time is that of another day.
    """
    written = datetime.fromisoformat(source.last_modified)
    told = source.event_time
    return max(written, datetime.fromisoformat(told)) if told else written


def _padded(source: SourceVersion) -> str:
    """The sequencer; the shorter of two is padded with zeros, or these are left off."""
    return (source.sequencer or "").upper().rstrip("0")


def _across_keys(source: SourceVersion) -> tuple[datetime, str, str]:
    return _moment(source), _padded(source), source.key


def _among_versions(source: SourceVersion) -> tuple[datetime, str, str]:
    return _moment(source), source.version_id or "", source.etag
