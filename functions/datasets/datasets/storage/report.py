"""report.json: what readers start from. One read of it fixes the version of all that follows."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets.errors import DatasetNotFound, DatasetNotReadable
from datasets.names import dataset_name, output_prefix, source_stem
from datasets.storage.bucket import Bucket, StoredObject

REPORT = "report.json"
PARQUET = "processed_output.parquet"
REJECTED = "rejected_rows.csv"
# How a report calls the same file of a part.
_OF_PARTS = {PARQUET: "parquet", REJECTED: "rejected"}
# A report that a run has put in its place until it has ended.
AT_WORK = ("publishing", "processing")
_NOT_FOUND = "No dataset has this name, or its file was not processed yet."


# What is added to a dataset's own name for each of its files.
_NAMED = {"processed_output": "processed", "rejected_rows": "rejected", "report": "report"}


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """An output: its objects in their order, and a word for just these bytes."""

    objects: tuple[StoredObject, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as its report had it at one moment."""

    name: str
    prefix: str
    report: Mapping[str, Any]

    @property
    def status(self) -> str:
        return str(self.report.get("status"))

    @property
    def source_key(self) -> str:
        return str(self.report["source"]["key"])

    @property
    def replaced_key(self) -> str | None:
        """The file whose report was here before, if it was another."""
        return self.report.get("replaced_key")

    @property
    def csv_dates(self) -> str:
        """How the CSV shows dates: `date` where no row carries a time of day."""
        reading = (self.report.get("reading") or {}) if self._is_good else self._last_good
        return str(reading.get("csv_dates"))

    @property
    def rows(self) -> int | None:
        """How many rows the file has that `file` gives."""
        return self._vouched.get("rows_out")

    @property
    def dropped(self) -> int | None:
        """How many rows the file of dropped rows has."""
        duplicates, rejected = self._vouched.get("duplicates"), self._vouched.get("rejected")
        if duplicates is None or rejected is None:
            return None
        return int(duplicates) + int(rejected)

    def download_name(self, what: str) -> str:
        """`2026/orders` gives orders-rejected.csv and so on; orders.csv is the source."""
        stem = source_stem(self.name).rpartition("/")[2] or "dataset"
        return f"{stem}-{what}.csv"

    def saved_as(self, output: str) -> str:
        """A name of its own: everybody has a processed_output.csv already."""
        name, _, suffix = output.rpartition(".")
        what = _NAMED.get(name, name)
        return self.download_name(what).removesuffix(".csv") + f".{suffix}"

    def part_name(self, number: int, kind: str) -> str:
        """orders-part-00007.csv, orders-part-00007.parquet, orders-part-00007-rejected.csv."""
        what = f"part-{number:05}" + ("-rejected" if kind == "rejected" else "")
        name = self.download_name(what)
        return name if kind != "parquet" else f"{name.removesuffix('.csv')}.parquet"

    def outputs(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The files that the report vouches for, in exactly the versions that it describes.

        A refused file has a report only; the outputs of the last good one are still there.
        """
        vouched = (self._last_good.get("outputs") or {}) | (self.report.get("outputs") or {})
        yield from vouched.items()

    @property
    def parts(self) -> Sequence[Mapping[str, Any]]:
        """What the Spark job made of a large file, in the order of its rows; else nothing."""
        found: Sequence[Mapping[str, Any]] = self._vouched.get("parts") or ()
        return found

    @property
    def version(self) -> str:
        """A word for just these rows, kept and dropped; empty where there are none.

        Every answer has the same one, so that rows can be told to belong to dropped rows.
        """
        outputs = [output for name in _OF_PARTS for output in self._objects(name)]
        return _version(outputs) if outputs else ""

    def file(self, name: str, bucket: Bucket) -> ReadableFile:
        """Raises DatasetNotReadable where the dataset has no such output."""
        outputs = self._objects(name)
        if not outputs:
            raise DatasetNotReadable(self._reason())
        pinned = tuple(_pinned(output, bucket) for output in outputs)
        return ReadableFile(pinned, _version(outputs))

    def _objects(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The output's file, or that of each part."""
        if self.parts:
            return [part[_OF_PARTS[name]] for part in self.parts]
        output = dict(self.outputs()).get(name)
        return [] if output is None else [output]

    @property
    def _is_good(self) -> bool:
        outputs = self.report.get("outputs") or {}
        return bool(outputs.get(PARQUET) or self.report.get("parts"))

    @property
    def _vouched(self) -> Mapping[str, Any]:
        return self.report if self._is_good else self._last_good

    @property
    def _last_good(self) -> Mapping[str, Any]:
        return self.report.get("last_good") or {}

    def _reason(self) -> str:
        if self.status in AT_WORK:
            return f"A run is at work ({self.status}), and no earlier rows are left."
        refusal = self.report.get("refusal") or {}
        said = f": {refusal['message']}" if refusal.get("message") else "."
        return f"The dataset's last run ended as {self.status}, and no earlier rows are left{said}"


def _version(outputs: Sequence[Mapping[str, Any]]) -> str:
    digests = [str(output["sha256"]) for output in outputs]
    joined = hashlib.sha256("".join(digests).encode()).hexdigest()
    return (digests[0] if len(digests) == 1 else joined)[:16]


def _pinned(output: Mapping[str, Any], bucket: Bucket) -> StoredObject:
    """In the version that the report describes; without versions only while it is there."""
    stored = StoredObject(output["key"], int(output["bytes"]), output.get("version_id"))
    if stored.version_id is not None:
        return stored
    current = bucket.current(stored.key)
    if current is None or current.size != stored.size:
        raise DatasetNotReadable("A newer run is being published: ask again in a moment.")
    return StoredObject(stored.key, stored.size, None, current.etag)


def open_dataset(bucket: Bucket, name: str) -> Dataset:
    """By its name in the list, or by the key of its source. Raises DatasetNotFound."""
    prefix = output_prefix(source_stem(name))
    if prefix is None:
        raise DatasetNotFound(_NOT_FOUND)
    report = _parsed(bucket.document(prefix + REPORT), prefix)
    if report is None:
        raise DatasetNotFound(_NOT_FOUND)
    return Dataset(dataset_name(report["source"]["key"]), prefix, report)


def _parsed(document: bytes | None, prefix: str) -> dict[str, Any] | None:
    """None for a report.json that the ETL did not write, or not at this place."""
    try:
        report = json.loads(document or b"null")
        source_key = report["source"]["key"]
    except (ValueError, LookupError, TypeError):
        return None
    if not isinstance(source_key, str) or output_prefix(source_stem(source_key)) != prefix:
        return None
    return dict(report)
