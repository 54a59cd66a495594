"""Has a file cleaned again: which one a dataset's name means, and whether it is there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from api.datasets.models import Run
from api.datasets.names import dataset_name, output_prefix, source_stem
from api.errors import DatasetNotFound, SourceGone

REPORT = "report.json"

# S3 tells of keys with these endings, in lower case.
_SUFFIXES = (".csv", ".csv.gz")
_NO_FILE = "No dataset has this name, and the landing bucket has no such file."


@dataclass(frozen=True, slots=True)
class PutVersion:
    """An object that was put; `version_id` is None in a bucket that keeps no versions."""

    version_id: str | None


class SourceStore(Protocol):
    """The reports, and the files that they are of. Every method may raise StorageUnavailable."""

    def read(self, key: str) -> bytes | None: ...
    def put_again(self, key: str) -> PutVersion | None: ...


class Sources:
    """Raises what the store raises."""

    def __init__(self, store: SourceStore) -> None:
        self._store = store

    def start_run(self, name: str) -> Run:
        """Whether the file was ever reported on or not, if it is in the landing bucket.

        Raises DatasetNotFound, SourceGone or SourceTooLarge.
        """
        prefix = output_prefix(source_stem(name))
        if prefix is None:
            raise DatasetNotFound(_NO_FILE)
        reported = _reported_key(self._store.read(prefix + REPORT), prefix)
        for key in possible_keys(name, reported):
            put = self._store.put_again(key)
            if put is not None:
                return Run(dataset=dataset_name(key), key=key, version_id=put.version_id)
        if reported is None:
            raise DatasetNotFound(_NO_FILE)
        raise SourceGone("The source is not in the landing bucket any more.")


def possible_keys(name: str, reported: str | None) -> Iterator[str]:
    """Keys that a name may mean, the likeliest first; none twice.

    A key means itself. Else it is the file that was reported on, if that has the name, or one that
    was never reported on, as after a crash. Last comes a file that only shares the place of its
    outputs.

    >>> list(possible_keys("orders", "orders.csv.gz")), list(possible_keys("a/raw", "a.csv"))
    (['orders.csv.gz', 'orders.csv'], ['a/raw.csv', 'a/raw.csv.gz', 'a.csv'])
    >>> list(possible_keys("orders.csv", None)), list(possible_keys("orders.csv", "orders.csv.gz"))
    (['orders.csv'], ['orders.csv', 'orders.csv.gz'])
    """
    stem = source_stem(name)
    own = [name] if name.endswith(_SUFFIXES) else [f"{stem}{suffix}" for suffix in _SUFFIXES]
    known = [] if reported is None else [reported]
    is_own = reported is not None and source_stem(reported) == stem and name not in own
    yield from dict.fromkeys([*known, *own] if is_own else [*own, *known])


def _reported_key(report: bytes | None, prefix: str) -> str | None:
    """The source that a report is of; None for one that the ETL did not write at this place."""
    try:
        key = json.loads(report or b"null")["source"]["key"]
    except (ValueError, LookupError, TypeError):
        return None
    if not isinstance(key, str) or output_prefix(source_stem(key)) != prefix:
        return None
    return key
