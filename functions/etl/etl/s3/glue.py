"""The run's rows in an Athena table, one partition per source, when a Glue database is named.

The partition is one Parquet object, so a newer run replaces it in one step; rewriting a dataset
of months would delete first and write then. docs/decisions/0024 says more.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "sales"
PARTITION = "source"

_FOLDER = f"athena/{TABLE}/"
_TYPES = {"string": "string", "int64": "bigint", "double": "double", "timestamp[us]": "timestamp"}


@dataclass(frozen=True, slots=True)
class SalesTable:
    """A table of a Glue database over the processed bucket."""

    bucket: str
    database: str

    def folder(self, prefix: str) -> str:
        """The partition of the source with this output prefix."""
        return f"{_FOLDER}{PARTITION}={partition_of(prefix)}/"

    def key(self, prefix: str) -> str:
        """Where its rows lie if they are one file."""
        return f"{self.folder(prefix)}rows.parquet"

    def part_key(self, prefix: str, number: int) -> str:
        """Where a part of its rows lies if the Spark job cleaned it."""
        return f"{self.folder(prefix)}part-{number:05}.parquet"

    def register(self, prefix: str, schema: "pa.Schema") -> dict[str, str]:
        """Make the table, its columns and the source's partition known; doing so twice is free."""
        # pandas, which awswrangler imports, costs a second that runs without a table save.
        import awswrangler.catalog as catalog

        columns = columns_of(schema)
        location = f"s3://{self.bucket}/{_FOLDER}"
        if not catalog.does_table_exist(database=self.database, table=TABLE):
            catalog.create_parquet_table(
                database=self.database,
                table=TABLE,
                path=location,
                columns_types=columns,
                partitions_types={PARTITION: "string"},
                mode="append",
            )
        known = catalog.get_table_types(database=self.database, table=TABLE) or {}
        for name in columns.keys() - known.keys():
            catalog.add_column(
                database=self.database,
                table=TABLE,
                column_name=name,
                column_type=columns[name],
                column_comment="passes through from a source",
            )
        partition = partition_of(prefix)
        place = f"s3://{self.bucket}/{self.folder(prefix)}"
        catalog.add_parquet_partitions(
            database=self.database, table=TABLE, partitions_values={place: [partition]}
        )
        return {"database": self.database, "table": TABLE, PARTITION: partition}


def partition_of(prefix: str) -> str:
    """A name that Hive paths and Athena take as it is, and that no two prefixes share."""
    readable = re.sub(r"[^a-z0-9]+", "-", prefix.lower()).strip("-")[:80] or "raw"
    return f"{readable}-{hashlib.sha256(prefix.encode()).hexdigest()[:8]}"


def columns_of(schema: "pa.Schema") -> dict[str, str]:
    """The columns that Athena can find in the file: it knows lower-case words only.

    A file's header has no two names that differ in case alone, so neither have the columns.
    """
    return {
        field.name.lower(): _TYPES[str(field.type)]
        for field in schema
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", field.name) and field.name.lower() != PARTITION
    }
