"""The three data files of a run, written block by block, hashed as they grow."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
from pyarrow import parquet

from etl.sink.csv_lines import DATE, header_line
from etl.sink.dropped import REJECTED_COLUMNS
from etl.sink.row_groups import RowGroups
from etl.sink.rows import Rows
from etl.sink.table import schema_of
from etl.workers import Beside

CSV: Final = "processed_output.csv"
PARQUET: Final = "processed_output.parquet"
REJECTED: Final = "rejected_rows.csv"

# Ids and prices seldom repeat within a row group: a dictionary would only cost time.
_PLAIN_COLUMNS = ("order_id", "price")
# A tenth less work than with the default of 1,024.
_BATCH_ROWS = 1 << 14


class LongerDatesNeeded(Exception):
    """A row carries a time although the CSV was begun with plain dates."""

    def __init__(self, date_form: str) -> None:
        super().__init__(date_form)
        self.date_form = date_form


@dataclass(frozen=True, slots=True)
class DataFile:
    """A finished file on disk."""

    path: Path
    size: int
    sha256: str


class _HashedFile:
    """A new file that knows its size and sha256 when it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes | memoryview | pa.Buffer) -> int:
        view = memoryview(data).cast("B")
        self._hash.update(view)
        self.size += len(view)
        return self._file.write(view)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._file.flush()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        self._file.close()

    def finished(self) -> DataFile:
        return DataFile(self.path, self.size, self._hash.hexdigest())


class Outputs:
    """The CSV, the Parquet file and the dropped rows, side by side in one folder.

    Both can only be written in order, and take a quarter of all work: each is done `beside`.
    Without `header_lines` the two CSV files go on where others end.
    """

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...],
        date_form: str = DATE,
        beside: Callable[[], Beside] = Beside,
        *,
        header_lines: bool = True,
    ) -> None:
        self.date_form = date_form
        self._files = {name: _HashedFile(folder / name) for name in (CSV, PARQUET, REJECTED)}
        self._parquet = parquet.ParquetWriter(
            pa.PythonFile(self._files[PARQUET], "w"),
            schema_of(names),
            compression="snappy",
            write_batch_size=_BATCH_ROWS,
            use_dictionary=[name for name in names if name not in _PLAIN_COLUMNS],
        )
        self._beside_parquet, self._beside_csv = beside(), beside()
        self._groups = RowGroups()
        if header_lines:
            self._files[CSV].write(header_line(names))
            self._files[REJECTED].write(header_line(REJECTED_COLUMNS))

    def write(self, rows: Rows) -> None:
        """Append the rows of a block. Raises LongerDatesNeeded: begin again with that form."""
        if rows.csv is None:
            raise LongerDatesNeeded(rows.date_form)
        self._beside_csv.do(partial(self._write_lines, rows.csv, rows.dropped))
        self._write_groups(self._groups.add(rows.table))

    def finished(self) -> dict[str, DataFile]:
        """The files by their names, once they are closed."""
        return {name: file.finished() for name, file in self._files.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._write_groups(self._groups.rest())
                self._beside_csv.wait()
                self._beside_parquet.wait()
        finally:
            self._beside_csv.close()
            self._beside_parquet.close()
            self._parquet.close()
            for file in self._files.values():
                file.close()

    def _write_lines(self, kept: memoryview, dropped: memoryview | None) -> None:
        self._files[CSV].write(kept)
        if dropped is not None:
            self._files[REJECTED].write(dropped)

    def _write_groups(self, groups: Iterator[pa.Table]) -> None:
        for group in groups:
            self._beside_parquet.do(partial(self._parquet.write_table, group, group.num_rows))
