"""The rows of a dataset: one Parquet file or several parts, read by row groups."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from datasets.deadline import Deadline
from datasets.errors import InvalidInput
from datasets.parquet.absent import no_column
from datasets.parquet.object_file import ObjectFile
from datasets.storage.bucket import Bucket, StoredObject

POSITION = "\0position"  # no column of a file has a NUL in its name
_READERS = 16  # of the ends of parts
_AHEAD = 4  # row groups that are fetched while one is worked on
_FORMAT = ds.ParquetFileFormat()


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows `first` to `first + rows` of the dataset, counted from 0."""

    part: int
    number: int
    first: int
    rows: int


class ParquetTable:
    """Raises DatasetChanged and StorageUnavailable from whatever reads."""

    def __init__(self, bucket: Bucket, objects: Sequence[StoredObject]) -> None:
        self._files = [ObjectFile(bucket, stored) for stored in objects]
        with ThreadPoolExecutor(_READERS) as readers:
            self._metadata = [*readers.map(_metadata_of, self._files)]
        self.schema: pa.Schema = self._metadata[0].schema.to_arrow_schema()
        self.rows = sum(metadata.num_rows for metadata in self._metadata)

    @property
    def columns(self) -> list[str]:
        return list(self.schema.names)

    def require(self, name: str, *, parameter: str) -> None:
        """Raises InvalidInput for a column that the dataset does not have."""
        if name not in self.columns:
            raise InvalidInput(no_column(name, self.columns), parameter=parameter)

    def row_groups(self, wanted: pc.Expression | None = None, *, start: int = 0) -> list[RowGroup]:
        """Those from row `start` on that may hold a wanted row, by their statistics."""
        groups, first = [], 0
        for part, metadata in enumerate(self._metadata):
            chosen = self._chosen(part, wanted)
            for number in range(metadata.num_row_groups):
                rows = metadata.row_group(number).num_rows
                if (chosen is None or number in chosen) and first + rows > start:
                    groups.append(RowGroup(part, number, first, rows))
                first += rows
        return groups

    def read(
        self, groups: Sequence[RowGroup], columns: Sequence[str], deadline: Deadline
    ) -> Iterator[tuple[RowGroup, pa.Table]]:
        """Each row group with these columns, in order; the next ones are fetched meanwhile.

        Raises TooMuchWork at the deadline.
        """
        waiting = iter(groups)
        with ThreadPoolExecutor(_AHEAD) as readers:

            def begin(group: RowGroup) -> tuple[RowGroup, "Future[pa.Table]"]:
                return group, readers.submit(self._read, group, list(columns))

            under_way = [begin(group) for group in islice(waiting, _AHEAD)]
            try:
                while under_way:
                    group, future = under_way.pop(0)
                    deadline.check()
                    table = future.result()
                    under_way.extend(begin(one) for one in islice(waiting, 1))
                    yield group, table
            finally:
                readers.shutdown(wait=False, cancel_futures=True)

    def arrow_dataset(self) -> ds.Dataset:
        """For an engine that scans by itself, several times if it likes."""
        fragments = [
            _FORMAT.make_fragment(pa.PythonFile(file.again(), "r")) for file in self._files
        ]
        return ds.FileSystemDataset(fragments, self.schema, _FORMAT)

    def _chosen(self, part: int, wanted: pc.Expression | None) -> set[int] | None:
        if wanted is None:
            return None
        fragment = _FORMAT.make_fragment(pa.PythonFile(self._files[part].again(), "r"))
        kept = fragment.subset(wanted, schema=self.schema)
        return {group.id for group in kept.row_groups}

    def _read(self, group: RowGroup, columns: list[str]) -> pa.Table:
        source = pa.PythonFile(self._files[group.part].again(), "r")
        file = pq.ParquetFile(source, metadata=self._metadata[group.part], pre_buffer=True)
        return file.read_row_group(group.number, columns=columns).select(columns)


def _metadata_of(file: ObjectFile) -> pq.FileMetaData:
    return pq.read_metadata(pa.PythonFile(file.again(), "r"))


def with_positions(group: RowGroup, table: pa.Table) -> pa.Table:
    """The table with each row's number in the dataset as its last column."""
    positions = pa.arange(group.first, group.first + table.num_rows)
    return table.append_column(POSITION, positions)
