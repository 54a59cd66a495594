"""Files that can only be read from their beginning: one task writes their text down first."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from etl.errors import Refused
from etl.source.file import Source
from etl.source.header import Header
from etl.source.raw import StoredFile
from jobs.spark.parts import Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(
    spark: "SparkSession", work: Callable[[Item], Result], items: Sequence[Item]
) -> Iterable[Result]:
    """As `map`, with a task for each item."""
    if not items:
        return []
    found: list[Result] = spark.sparkContext.parallelize(items, len(items)).map(work).collect()
    return found


def readable(spark: "SparkSession", source: Source, header: Header, store: Store) -> Source:
    """The source if it can be read from any line on, else its text at another place.

    Raises Refused.
    """
    if source.is_divisible:
        return source
    (found,) = each(spark, lambda one: text_of(one, header, store), [source])
    if isinstance(found, Refused):
        raise found
    return source.with_text_at(found)


def text_of(source: Source, header: Header, store: Store) -> StoredFile | Refused:
    """Where the text of the source is now, or what whoever reads it meets first."""
    try:
        return store.write_text(source.standard_text())
    except Refused as end:
        try:
            for _ in source.pieces(header):
                pass
        except Refused as first:
            return first
        return end
