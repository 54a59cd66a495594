"""The run as the driver sees it: plan, rule 3, write, and the figures of all parts as one."""

import pickle  # nosec B403 - only what this run's own workers have written is read
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

import pyarrow as pa

from etl.clean import Cleaned, look_at, reading_of
from etl.errors import Refused
from etl.profile.evidence import Evidence
from etl.report.figures import Figures
from etl.rules.judge import Rules
from etl.sink.csv_lines import DATE_FORMS
from etl.source.block import ByteRange
from etl.source.file import Source
from etl.source.header import Header
from etl.source.ranges import plan
from etl.source.widths import Widths
from jobs.spark.keyed import COLUMNS, NO_LINE, keyed_rows, refusal_in
from jobs.spark.parts import Store, Writer, Written
from jobs.spark.readable import each, readable
from jobs.spark.repeats import repeated

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RANGE_BYTES = 64 << 20
_MOST_RANGES = 10_000
_PARTITIONS = 2
_WRITTEN = "part int, written binary"


@dataclass(frozen=True, slots=True)
class Planned:
    """A file whose ranges and whose header are known."""

    source: Source
    header: Header
    ranges: tuple[ByteRange, ...]


def clean_in_parts(
    spark: "SparkSession", source: Source, store: Store, ranges: int | None = None
) -> Cleaned:
    """Write the cleaned and the dropped rows of the source as parts into `store`.

    As many ranges as are given, else one for each 64 MB. The bytes of all parts together are
    those that `etl.clean.clean` writes. Raises Refused.
    """
    planned = _planned(spark, source, store, ranges)
    spark.conf.set("spark.sql.shuffle.partitions", max(len(planned.ranges), _PARTITIONS))
    found = repeated(_keyed(spark, planned))
    drops = found.drops.persist()
    try:
        counts = _counts(drops)
        date_form = DATE_FORMS[found.form]
        writer = Writer(planned.source, planned.header, planned.ranges, date_form, store)
        written = _written(drops, writer, counts)
        return _merged(written, planned, date_form)
    finally:
        drops.unpersist()


def _planned(spark: "SparkSession", source: Source, store: Store, ranges: int | None) -> Planned:
    header = source.header()
    source = readable(spark, source, header, store)
    below = source.data_range(header)
    size = below.end - below.begin
    count = ranges or min(max(-(-size // RANGE_BYTES), 1), _MOST_RANGES)
    targets = [below.begin + size * i // count for i in range(1, count)]
    found = plan(source, header, targets, partial(each, spark))
    return Planned(source, _fitted(spark, source, header, found), tuple(found))


def _fitted(
    spark: "SparkSession", source: Source, header: Header, ranges: Sequence[ByteRange]
) -> Header:
    """The header that fits the rows: one row as wide as it is settles that, mostly the first."""
    first, *others = (Look(source, header, one) for one in ranges)
    widths = first.until_full()
    if widths.full:
        return header
    for found in each(spark, Look.found, others):
        if isinstance(found, Refused):
            raise found
        widths.merge(found)
    fitted = widths.fitted(header)
    return header if fitted is header else _fitted(spark, source, fitted, ranges)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the widths of the rows of one range."""

    source: Source
    header: Header
    records: ByteRange

    def until_full(self) -> Widths:
        """Up to some row that is as wide as the header. Raises Refused."""
        widths = Widths()
        for seen in self._seen():
            widths.merge(seen)
            if widths.full:
                break
        return widths

    def found(self) -> Widths | Refused:
        """Of all rows; the refusal is a result like another, for the first one counts."""
        widths = Widths()
        try:
            for seen in self._seen():
                widths.merge(seen)
        except Refused as refused:
            return refused
        return widths

    def _seen(self) -> Iterator[Widths]:
        rules = Rules(self.header, self.source.description)
        for piece in replace(self.source, parts=(self.records,)).pieces(self.header):
            yield look_at(piece, self.header, rules)[1]


def _keyed(spark: "SparkSession", planned: Planned) -> "DataFrame":
    source, header, ranges = planned.source, planned.header, planned.ranges

    def rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for part in batch.column("id").to_pylist():
                yield from keyed_rows(source, header, part, ranges[part])

    count = len(ranges)
    schema = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    return spark.range(0, count, 1, numPartitions=count).mapInArrow(rows, schema)


def _counts(drops: "DataFrame") -> list[int]:
    """How many records each range has, by the rows of the ranges. Raises the first refusal."""
    rows = drops.where(f"line = {NO_LINE}").select("part", "records", "refusal").collect()
    rows.sort(key=lambda row: int(row.part))
    for row in rows:
        if row.refusal is not None:
            raise refusal_in(row.refusal)
    return [int(row.records) for row in rows]


def _written(drops: "DataFrame", writer: Writer, counts: Sequence[int]) -> list[Written]:
    begins = [0, *accumulate(counts)]

    def write(rows: pa.Table) -> pa.Table:
        part = rows.column("part")[0].as_py()
        written = pickle.dumps(writer.write(part, begins[part], rows))
        return pa.table({"part": pa.array([part], pa.int32()), "written": [written]})

    rows = drops.groupBy("part").applyInArrow(write, _WRITTEN).collect()
    rows.sort(key=lambda row: int(row.part))
    if [row.part for row in rows] != list(range(len(writer.ranges))):
        raise RuntimeError(f"{len(writer.ranges)} ranges came back as {len(rows)} parts")
    return [pickle.loads(row.written) for row in rows]  # noqa: S301 # nosec B301 - our own workers'


def _merged(written: Sequence[Written], planned: Planned, date_form: str) -> Cleaned:
    figures, evidence = Figures(), Evidence()
    for part in written:
        figures.merge(part.figures)
        evidence.merge(part.evidence)
    reading = reading_of(planned.source, planned.header, date_form)
    parts = tuple(one.part for one in written)
    return Cleaned(planned.header, figures.findings(reading), {}, evidence, parts)
