"""What a summary and a query of a dataset cost beside pyarrow alone, over the same file in one run.

`PYTHONPATH=functions/datasets python -m benchmarks.dataset_reads 5000000` needs the requirements
of the datasets layer. The bucket is a folder here, so that it is the code that is measured and not
a server; each is the best of five, in turns, as the clock of a shared machine measures its
neighbours. Exits with 1 over a limit.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sized
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasets.query.bounds import Bounds
from datasets.query.process import run_in_process
from datasets.storage.bucket import Bucket, StoredObject
from datasets.summary.call import show_summary
from datasets.web.request import Request

RUNS = 5
LIMIT = 1.5  # of a summary, as a multiple of pyarrow alone
SUMMARY = (("by", "month"), ("measure", "revenue"))
SQL = """
    select date_trunc('month', order_date) as month, sum(quantity * price), count(*)
    from dataset group by all order by month
"""


class Folder(Bucket):
    """The Parquet and a report of it, from the disk."""

    def __init__(self, path: Path) -> None:
        super().__init__("folder")
        self._path = path

    def document(self, key: str) -> bytes:  # noqa: ARG002 - there is one
        output = {"key": self._path.name, "bytes": self._path.stat().st_size}
        outputs = {"processed_output.parquet": output | {"version_id": "1", "sha256": "0" * 64}}
        report = {"status": "succeeded", "source": {"key": "d.csv"}, "outputs": outputs}
        return json.dumps(report).encode()

    def read(self, stored: StoredObject, start: int, length: int) -> bytes:  # noqa: ARG002
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(length)


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.parquet"
        _write(path, rows)
        subjects: dict[str, Callable[[], Sized]] = {
            "pyarrow alone": lambda: _alone(path),
            "summary by month": lambda: _summary(path),
            "query by month, with its process": lambda: _query(path),
        }
        best = dict.fromkeys(subjects, float("inf"))
        months: dict[str, int] = {}
        for _ in range(RUNS):
            for name, run in subjects.items():
                started = time.perf_counter()
                months[name] = len(run())
                best[name] = min(best[name], time.perf_counter() - started)
    if len(set(months.values())) != 1:
        sys.exit(f"they found different months: {months}")
    base = best["pyarrow alone"]
    print(f"{rows:,} rows, best of {RUNS}")
    for name, seconds in best.items():
        print(f"{name:34} {seconds:6.3f} s  {seconds / base:5.2f} x")
    return int(best["summary by month"] / base > LIMIT)


def _write(path: Path, rows: int) -> None:
    """Columns as the ETL writes them, of about the variety of a shop's export."""
    made = np.random.default_rng(1)
    start = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
    days = made.integers(0, 365, rows) * 86_400
    products = pa.array([f"product {number}" for number in range(200)])
    table = pa.table(
        {
            "order_id": pc.cast(pa.array(np.arange(rows)), pa.string()),
            "product": products.take(pa.array(made.integers(0, 200, rows))),
            "quantity": pa.array(made.integers(1, 20, rows)),
            "price": pa.array(made.integers(100, 10_000, rows) / 100),
            "order_date": pc.cast(pa.array((start + days) * 1_000_000), pa.timestamp("us")),
        }
    )
    pq.write_table(table, path, row_group_size=131_072, compression="zstd")


def _alone(path: Path) -> list[Any]:
    table = pq.read_table(path, columns=["quantity", "price", "order_date"])
    revenue = pc.multiply(pc.cast(table["quantity"], pa.float64()), table["price"])
    months = pc.floor_temporal(table["order_date"], unit="month")
    grouped = pa.table({"month": months, "revenue": revenue}).group_by("month")
    return grouped.aggregate([("revenue", "sum"), ([], "count_all")]).to_pylist()


def _summary(path: Path) -> list[Any]:
    request = Request("GET", "/datasets/d/summary", SUMMARY, {}, {}, "benchmark")
    answer = show_summary(Folder(path), "d", request)
    items: list[Any] = json.loads(answer.body)["items"]
    return items


def _query(path: Path) -> list[Any]:
    with path.open("rb") as file:
        rows: list[Any] = run_in_process([file.fileno()], SQL, Bounds(10, 512, 1000))["rows"]
        return rows


if __name__ == "__main__":
    sys.exit(main())
