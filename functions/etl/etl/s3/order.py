"""Which of two versions of a source is the newer one: one total order, whoever is asked first.

docs/decisions/0045 says why each clue stands where it does.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from etl.s3.landing import LandedObject

Source = Mapping[str, Any]


def is_same(done: Source, item: LandedObject) -> bool:
    """Whether a report's source is this very version of this very object."""
    mine = (item.bucket, item.key, item.version_id, item.etag)
    return mine == (done["bucket"], done["key"], done["version_id"], done["etag"])


def with_known(item: LandedObject, done: Source | None) -> LandedObject:
    """The object with what an earlier event told of this version and the one at hand does not."""
    if done is None or not is_same(done, item):
        return item
    return replace(
        item,
        sequencer=item.sequencer or done["sequencer"],
        event_time=item.event_time or done.get("event_time"),
    )


class Versions(Protocol):
    """The landing bucket, as far as it is asked here."""

    def current(self, item: LandedObject) -> tuple[str | None, str] | None: ...


class Order:
    """Compares a report's source with an object; asks the landing bucket where no event tells."""

    def __init__(self, landing: Versions) -> None:
        self._landing = landing

    def is_older(self, done: Source, item: LandedObject) -> bool:
        """Whether a report's source was written before this object."""
        if is_same(done, item):
            return False
        mine = _source(item)
        if done["key"] != item.key:
            return _across_keys(done) < _across_keys(mine)
        theirs, ours = _padded(done), _padded(mine)
        if theirs and ours and theirs != ours:
            return theirs < ours
        return self._is_replaced(done, item)

    def _is_replaced(self, done: Source, item: LandedObject) -> bool:
        """The same for two versions of one key that no sequencer orders: S3 knows the last one."""
        current = self._landing.current(item)
        if current == (item.version_id, item.etag):
            return True
        if current == (done["version_id"], done["etag"]):
            return False
        return _among_versions(done) < _among_versions(_source(item))


def _source(item: LandedObject) -> Source:
    return {
        "key": item.key,
        "version_id": item.version_id,
        "etag": item.etag,
        "last_modified": item.last_modified,
        "sequencer": item.sequencer,
        "event_time": item.event_time,
    }


def _moment(source: Source) -> datetime:
    """When it was written: to the millisecond by its event, else to the second by the object.

    The object's time bounds an event written by hand, whose time is that of another day.
    """
    written = datetime.fromisoformat(source["last_modified"])
    told = source.get("event_time")
    return max(written, datetime.fromisoformat(told)) if told else written


def _padded(source: Source) -> str:
    """The sequencer; the shorter of two is padded with zeros, or these are left off."""
    return str(source["sequencer"] or "").upper().rstrip("0")


def _across_keys(source: Source) -> tuple[datetime, str, str]:
    return _moment(source), _padded(source), source["key"]


def _among_versions(source: Source) -> tuple[datetime, str, str]:
    return _moment(source), source["version_id"] or "", source["etag"]
