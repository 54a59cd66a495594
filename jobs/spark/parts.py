"""One range of a file, written: judged again with what rule 3 found, as the files of a part."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.clean import rendered
from etl.columns import arrow
from etl.profile.evidence import Evidence
from etl.publication.place import part_names
from etl.report.figures import Figures
from etl.report.model import Output, Part
from etl.rules.judge import Judgement, Rules
from etl.rules.repeats import Repeats
from etl.sink.files import CSV, PARQUET, REJECTED, DataFile, Outputs
from etl.source.block import ByteRange
from etl.source.fields import split
from etl.source.file import Source
from etl.source.header import Header
from etl.source.raw import StoredFile
from jobs.spark.keyed import NO_LINE

_NAMES = (CSV, PARQUET, REJECTED)


def part_name(part: int, name: str) -> str:
    """A file of a part, by what the file of the whole is called.

    >>> part_name(7, "rejected_rows.csv")
    'part-00007-rejected.csv'
    """
    return part_names(part)[_NAMES.index(name)]


class Store(Protocol):
    """Where the files of a part go; every worker has a copy."""

    def write_text(self, chunks: Iterator[bytes]) -> StoredFile:
        """Put a text where every worker can read it, for the time of the run."""

    def keep(self, part: int, files: Mapping[str, DataFile]) -> "Kept":
        """Take the finished files away from where they were written."""


Kept = Mapping[str, Output]
"""By the names that the files of a whole file have."""


@dataclass(frozen=True, slots=True)
class Written:
    """A part, and what is in it."""

    files: Kept
    figures: Figures
    evidence: Evidence

    @property
    def part(self) -> Part:
        """For the report."""
        figures = self.figures
        return Part(
            csv=self.files[CSV],
            parquet=self.files[PARQUET],
            rejected=self.files[REJECTED],
            rows=figures.rows_out,
            dropped=figures.rows_in - figures.rows_out,
        )


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes any range of a planned file: the same bytes however often, for Spark may ask twice."""

    source: Source
    header: Header
    ranges: tuple[ByteRange, ...]
    date_form: str
    store: Store

    def write(self, part: int, first_record: int, drops: pa.Table) -> Written:
        """The part with these drops of rule 3; `first_record` is how many records precede it."""
        repeated = Drops.of(drops)
        figures, evidence = Figures(), Evidence.beginning_at(first_record)
        figures.lost_orders = repeated.lost_orders
        with tempfile.TemporaryDirectory(prefix="etl-") as folder:
            outputs = Outputs(
                Path(folder), self.header.names, self.date_form, header_lines=part == 0
            )
            render = partial(rendered, date_form=self.date_form)
            with outputs:
                for judged in self._judged(self.ranges[part], repeated):
                    evidence.add(judged)
                    rows, counted, _ = render(judged)
                    outputs.write(rows)
                    figures.merge(counted)
            return Written(self.store.keep(part, outputs.finished()), figures, evidence)

    def _judged(self, records: ByteRange, repeated: "Drops") -> Iterator[Judgement]:
        rules = Rules(self.header, self.source.description)
        for piece in replace(self.source, parts=(records,)).pieces(self.header):
            block = piece.block()
            if block is not None:
                judged = rules.judge(split(block, self.header))
                yield judged.without(repeated.among(judged))


@dataclass(frozen=True, slots=True)
class Drops:
    """The rows of a range that rule 3 drops, by the lines they stand on."""

    lines: NDArray[np.int64]
    first_lines: NDArray[np.int64]
    exact: NDArray[np.bool_]
    lost_orders: int = 0

    @classmethod
    def of(cls, drops: pa.Table) -> "Drops":
        """From rows of line, first_line, exact, lost in any order; the range's own is left out."""
        table = drops.combine_chunks().sort_by("line")
        columns = {name: table.column(name).combine_chunks() for name in table.column_names}
        lines = arrow.numbers(columns["line"], np.int64)
        begin = int(np.searchsorted(lines, NO_LINE, side="right"))
        lost = arrow.booleans(columns["lost"])[begin:]
        return cls(
            lines[begin:],
            arrow.numbers(columns["first_line"], np.int64)[begin:],
            arrow.booleans(columns["exact"])[begin:],
            int(lost.sum()),
        )

    def among(self, judged: Judgement) -> Repeats:
        """Those of a block."""
        lines = judged.fields.block.lines
        if not len(lines):
            return Repeats(self.lines[:0], self.exact[:0], self.first_lines[:0])
        begin, end = np.searchsorted(self.lines, [lines[0], lines[-1] + 1])
        records = np.searchsorted(lines, self.lines[begin:end])
        rows = np.searchsorted(judged.fields.records, records)
        return Repeats(rows, self.exact[begin:end], self.first_lines[begin:end])
