"""Cells as JSON and CSV show them: as in processed_output.csv, with dates and times in UTC."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

# The words of the report: reading.csv_dates.
_CSV_DATES = {"date": pa.date32(), "seconds": pa.timestamp("s")}
_KINDS = {"string": "string", "int64": "integer", "double": "number"}


def column_kinds(
    schema: pa.Schema, names: Sequence[str], *, plain_dates: bool
) -> list[dict[str, str]]:
    """Name and type of each column: string, integer, number, date or date-time."""
    dates = "date" if plain_dates else "date-time"
    return [
        {"name": name, "type": _KINDS.get(str(schema.field(name).type), dates)} for name in names
    ]


def readable(table: pa.Table, *, plain_dates: bool) -> pa.Table:
    """Dates as text: `2026-01-31`, or `2026-01-31T10:00:00Z` where some row has a time of day."""
    for number, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            texts = _date_texts(table.column(number), plain_dates=plain_dates)
            table = table.set_column(number, pa.field(field.name, pa.string()), texts)
    return table


def csv_lines(table: pa.Table, csv_dates: str) -> Iterator[tuple[str, ...]]:
    """Rows as the cells of CSV lines, each cell as processed_output.csv has it."""
    date_type = _CSV_DATES.get(csv_dates, pa.timestamp("us"))
    columns = []
    for column in table.columns:
        if pa.types.is_timestamp(column.type):
            column = column.cast(date_type, safe=False)
        columns.append(pc.fill_null(column.cast(pa.string()), "").to_pylist())
    yield from zip(*columns, strict=True)


def _date_texts(column: pa.ChunkedArray, *, plain_dates: bool) -> pa.ChunkedArray:
    if plain_dates:
        return pc.strftime(column.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%d")
    seconds = column.cast(pa.timestamp("s"), safe=False)
    exact = seconds.cast(pa.timestamp("us"))
    whole = pc.all(pc.equal(exact, column)).as_py() in (True, None)
    return pc.strftime(seconds if whole else column, format="%Y-%m-%dT%H:%M:%SZ")
