"""POST /datasets/runs: which file a name means, whether it was ever reported on or not."""

import json

import pytest

from api.datasets.sources import PutVersion, Sources
from api.errors import DatasetNotFound, SourceGone


class FakeSourceStore:
    """Objects of the landing bucket, and reports by their keys in the processed one."""

    def __init__(self, *landed: str, reports: dict[str, str] | None = None) -> None:
        self._landed = landed
        self._reports = reports or {}

    def put_again(self, key: str) -> PutVersion | None:
        return PutVersion(f"version of {key}") if key in self._landed else None

    def read(self, key: str) -> bytes | None:
        source = self._reports.get(key)
        return None if source is None else json.dumps({"source": {"key": source}}).encode()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("2026/orders.csv", "2026/orders.csv"),
        ("2026/orders", "2026/orders.csv"),
        ("zipped", "zipped.csv.gz"),
        ("raw", "raw.csv"),
        ("~what~3F", "what?.csv"),
    ],
)
def test_file_that_was_never_reported_on_is_run_by_its_key_or_name(name: str, key: str) -> None:
    store = FakeSourceStore("2026/orders.csv", "zipped.csv.gz", "raw.csv", "what?.csv")
    run = Sources(store).start_run(name)
    assert (run.key, run.version_id) == (key, f"version of {key}")


def test_file_that_was_reported_on_is_the_one_that_its_name_means() -> None:
    store = FakeSourceStore(
        "orders.csv", "orders.csv.gz", reports={"orders/report.json": "orders.csv.gz"}
    )
    assert Sources(store).start_run("orders").key == "orders.csv.gz"
    assert Sources(store).start_run("orders.csv").key == "orders.csv"


def test_of_two_files_that_share_a_place_the_one_that_was_named_is_run() -> None:
    store = FakeSourceStore("col.csv", "col/raw.csv", reports={"col/report.json": "col.csv"})
    runs = Sources(store)
    for name, key in (("col", "col.csv"), ("col/raw", "col/raw.csv"), ("col/raw.csv",) * 2):
        assert runs.start_run(name).key == key


def test_file_that_is_in_neither_bucket_is_not_found_and_one_that_was_deleted_is_gone() -> None:
    runs = Sources(FakeSourceStore(reports={"gone/report.json": "gone.csv"}))
    for unknown in ("nothing", "nothing.csv", "a/../b", "notes.txt"):
        with pytest.raises(DatasetNotFound):
            runs.start_run(unknown)
    with pytest.raises(SourceGone):
        runs.start_run("gone")
