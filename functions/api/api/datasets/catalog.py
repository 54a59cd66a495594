"""The list of datasets, from one small summary each, which the ETL writes under `_datasets/`.

The newest first needs a page's summaries alone. Any other order, and any filter, needs all of
them: what was read once is kept by its ETag for the next call, and a call reads so many at most.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from pydantic import ValidationError

from api.datasets.listing import (
    DatasetQuery,
    Place,
    behind,
    in_order,
    read_cursor,
    write_cursor,
)
from api.datasets.models import DatasetList, DatasetSummary
from api.datasets.names import dataset_name, output_prefix, source_stem
from api.network.deadline import inherited
from api.observability import get_logger

SUMMARIES = "_datasets/"
SUMMARY = "summary.json"

_MOST_READ = 2000
_MOST_KEPT = 20_000
_READERS = 8


@dataclass(frozen=True, slots=True)
class SummaryObject:
    """A dataset's summary in the processed bucket."""

    key: str
    etag: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryListing:
    """The summaries found; not `is_complete`: there are more than were looked at."""

    summaries: list[SummaryObject]
    is_complete: bool


class SummaryStore(Protocol):
    """The processed bucket. Every method may raise StorageUnavailable."""

    def summaries(self) -> SummaryListing: ...
    def read(self, key: str) -> bytes | None: ...


class Catalog:
    """Lists datasets; keeps what it has read."""

    def __init__(self, store: SummaryStore, *, most_read: int = _MOST_READ) -> None:
        self._store = store
        self._most_read = most_read
        self._kept: OrderedDict[tuple[str, str], DatasetSummary | None] = OrderedDict()
        self._lock = Lock()

    def list_datasets(self, query: DatasetQuery) -> DatasetList:
        """Raises InvalidInput for a cursor of another list, and StorageUnavailable."""
        last = read_cursor(query)
        listing = self._store.summaries()
        newest = sorted(listing.summaries, key=lambda one: one.written_at, reverse=True)
        looked_at = newest[: self._most_read] if query.needs_all else newest
        by_key = {one.key: one for one in looked_at}
        found = self._read(looked_at) if query.needs_all else {}
        places = [
            Place(_value(one, found.get(one.key), query), one.key)
            for one in looked_at
            if not query.needs_all or (one.key in found and query.wants(found[one.key]))
        ]
        rest = behind(in_order(places, query), last, query)
        page = rest[: query.limit]
        shown = found or self._read([by_key[place.key] for place in page])
        more = len(rest) > len(page)
        return DatasetList(
            items=[shown[place.key] for place in page if place.key in shown],
            total=len(places),
            next_cursor=write_cursor(page[-1], query) if more else None,
            truncated=more or not listing.is_complete or len(looked_at) < len(newest),
        )

    def _read(self, wanted: Sequence[SummaryObject]) -> dict[str, DatasetSummary]:
        """The summaries by their keys; what is none is left out and logged."""
        with self._lock:
            missing = [one for one in wanted if (one.key, one.etag) not in self._kept]
        with ThreadPoolExecutor(_READERS) as readers:
            bodies = readers.map(inherited(self._store.read), [one.key for one in missing])
            new = {
                (one.key, one.etag): _summary(one.key, body)
                for one, body in zip(missing, bodies, strict=True)
            }
        with self._lock:
            known = {(one.key, one.etag): self._kept.get((one.key, one.etag)) for one in wanted}
            self._kept |= new
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        found = {key: summary for (key, _), summary in (known | new).items()}
        return {key: summary for key, summary in found.items() if summary is not None}


def _value(
    one: SummaryObject, summary: DatasetSummary | None, query: DatasetQuery
) -> str | int | None:
    if query.field == "finished" or summary is None:
        return one.written_at.isoformat()
    value: str | int | None = getattr(summary, query.field)
    return value


def _summary(key: str, body: bytes | None) -> DatasetSummary | None:
    """None for what the ETL did not write, or not at this key."""
    if body is None:
        return None
    try:
        document = json.loads(body)
        source_key = document["source_key"]
        prefix = output_prefix(source_stem(source_key))
        if prefix is not None and f"{SUMMARIES}{prefix}{SUMMARY}" == key:
            return DatasetSummary.model_validate({**document, "name": dataset_name(source_key)})
    except (ValueError, LookupError, TypeError, AttributeError, ValidationError):
        pass
    get_logger().warning("not a summary of the ETL", extra={"key": key})
    return None
