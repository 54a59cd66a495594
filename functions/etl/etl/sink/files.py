"""The three data files of a run, written block by block, hashed as they grow."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
from pyarrow import parquet

from etl.sink.csv_lines import DATE, DATE_FORMS, csv_bytes, date_form_of, header_line
from etl.sink.dropped import REJECTED_COLUMNS
from etl.sink.table import Kept, schema_of

CSV: Final = "processed_output.csv"
PARQUET: Final = "processed_output.parquet"
REJECTED: Final = "rejected_rows.csv"

ROW_GROUP_ROWS = 1 << 17
# Rows of more than a kilobyte make smaller groups: a group waits in memory until it is whole.
ROW_GROUP_BYTES = 128 << 20
# Ids and prices seldom repeat within a row group: a dictionary would only cost time.
_PLAIN_COLUMNS = ("order_id", "price")


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
    """The CSV, the Parquet file and the dropped rows, side by side in one folder."""

    def __init__(self, folder: Path, names: tuple[str, ...], date_form: str = DATE) -> None:
        self.date_form = date_form
        schema = schema_of(names)
        self._files = {name: _HashedFile(folder / name) for name in (CSV, PARQUET, REJECTED)}
        self._parquet = parquet.ParquetWriter(
            pa.PythonFile(self._files[PARQUET], "w"),
            schema,
            compression="snappy",
            use_dictionary=[name for name in names if name not in _PLAIN_COLUMNS],
        )
        self._pending: list[pa.Table] = []
        # Asking every pending table again at each block would cost the square of their number.
        self._pending_rows = 0
        self._pending_bytes = 0
        self._files[CSV].write(header_line(names))
        self._files[REJECTED].write(header_line(REJECTED_COLUMNS))

    def write_kept(self, kept: Kept) -> None:
        """Raises LongerDatesNeeded: begin again with that form."""
        needed = date_form_of(kept.order_date)
        if DATE_FORMS.index(needed) > DATE_FORMS.index(self.date_form):
            raise LongerDatesNeeded(needed)
        self._files[CSV].write(csv_bytes(kept, self.date_form))
        if len(kept):
            self._pending.append(kept.table)
            self._pending_rows += len(kept)
            self._pending_bytes += kept.table.nbytes
        if self._pending_bytes >= ROW_GROUP_BYTES:
            self._write_row_groups(every_row=True)
        elif self._pending_rows >= ROW_GROUP_ROWS:
            self._write_row_groups()

    def write_dropped(self, lines: memoryview) -> None:
        self._files[REJECTED].write(lines)

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
        if kind is None and self._pending:
            self._write_row_groups(every_row=True)
        self._parquet.close()
        for file in self._files.values():
            file.close()

    def _write_row_groups(self, *, every_row: bool = False) -> None:
        """Write the pending rows in groups of one size; the rest waits unless it is wanted too."""
        rows = pa.concat_tables(self._pending)
        whole = rows.num_rows if every_row else rows.num_rows // ROW_GROUP_ROWS * ROW_GROUP_ROWS
        if whole:
            self._parquet.write_table(rows.slice(0, whole), row_group_size=ROW_GROUP_ROWS)
        rest = rows.slice(whole)
        self._pending = [rest]
        self._pending_rows, self._pending_bytes = rest.num_rows, rest.nbytes
