"""Rule 3 over all ranges: the one step that needs a shuffle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Observation, Window
from pyspark.sql import functions as F

from jobs.spark.keyed import NO_LINE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True)
class Repeated:
    """`drops`: rows of part, line, first_line, exact, lost, and each range's own row.

    `form` is the place among DATE_FORMS of the longest date of a kept row; it is there once
    `drops` has been computed.
    """

    drops: "DataFrame"
    _observed: Observation

    @property
    def form(self) -> int:
        return int(self._observed.get["form"])


def repeated(keyed: "DataFrame") -> Repeated:
    """Which rows repeat an earlier one's key. Keys are compared as text, contents by their hash."""
    by_key = Window.partitionBy("key").orderBy("line")
    before = by_key.rowsBetween(Window.unboundedPreceding, -1)
    is_range = F.col("line") == NO_LINE
    compared = keyed.select(
        "*",
        F.first(F.struct("line", "content", "good")).over(by_key).alias("first"),
        F.coalesce(F.max("good").over(before), F.lit(False)).alias("good_before"),
    )
    is_kept = F.col("good") & (is_range | (F.col("line") == F.col("first.line")))
    observed = Observation("dates of kept rows")
    found = compared.observe(observed, F.max(F.when(is_kept, F.col("form"))).alias("form"))
    drops = found.where(is_range | (F.col("line") > F.col("first.line"))).select(
        "part",
        "line",
        F.col("first.line").alias("first_line"),
        (F.col("content") == F.col("first.content")).alias("exact"),
        (F.col("good") & ~F.col("first.good") & ~F.col("good_before")).alias("lost"),
        F.when(is_range, F.col("content")).alias("records"),
        "refusal",
    )
    return Repeated(drops, observed)
