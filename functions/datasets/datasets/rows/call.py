"""GET /datasets/{name}/rows"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from datasets.deadline import Deadline
from datasets.errors import InvalidInput
from datasets.parquet.absent import no_column
from datasets.parquet.table import ParquetTable
from datasets.rows import cursor
from datasets.rows.cells import column_kinds, csv_lines, readable
from datasets.rows.limit import MOST, TOLD, page_limit
from datasets.rows.listed import first_listed
from datasets.rows.order import parse_order
from datasets.rows.page import Page, Wanted, read_page
from datasets.rows.where import parse_conditions
from datasets.storage.bucket import Bucket
from datasets.storage.report import PARQUET, Dataset, open_dataset
from datasets.web.answer import Answer, csv_answer, json_answer, wants_csv
from datasets.web.request import Request

SECONDS = 20

Format = Literal["csv", "json"] | None


class RowsParameters(BaseModel):
    """The query string of `rows`."""

    model_config = ConfigDict(extra="forbid")

    columns: str | None = Field(None, description="Names with commas; all where it is left out.")
    where: list[str] = Field([], max_length=20, description="COLUMN OPERATOR VALUE; all must hold.")
    order: str | None = Field(
        None, min_length=1, description="Columns with commas; a minus before one: falling."
    )
    limit: int | None = Field(None, ge=1, le=MOST, description=TOLD)
    cursor: str | None = Field(None, min_length=1, max_length=4000)
    format: Format = None


def list_rows(bucket: Bucket, name: str, request: Request) -> Answer:
    """A page of the rows that were kept, as JSON or CSV."""
    asked = request.parameters(RowsParameters)
    is_csv = wants_csv(request, asked.format)
    limit = page_limit(asked.limit, is_csv=is_csv)
    dataset = open_dataset(bucket, name)
    file = dataset.file(PARQUET, bucket)
    table = ParquetTable(bucket, file.objects)
    order = asked.order or ""
    query = cursor.fingerprint("rows", asked.where, order)
    wanted = Wanted(
        columns=_columns(asked.columns, table),
        conditions=parse_conditions(asked.where, table.schema),
        order=parse_order(order, table.schema) if order else [],
        limit=limit,
        place=cursor.decode(asked.cursor, dataset.version, query) if asked.cursor else (),
    )
    page = read_page(table, wanted, Deadline(SECONDS))
    following = None if page.place is None else cursor.encode(dataset.version, query, page.place)
    if is_csv:
        lines = csv_lines(page.rows, dataset.csv_dates)
        headers = {"Next-Cursor": following} if following else {}
        return csv_answer(
            wanted.columns, lines, filename=dataset.download_name("rows"), headers=headers
        )
    return json_answer(_document(dataset, table, page, following))


def _document(
    dataset: Dataset, table: ParquetTable, page: Page, following: str | None
) -> dict[str, Any]:
    plain_dates = dataset.csv_dates == "date"
    names = page.rows.column_names
    return {
        "items": readable(page.rows, plain_dates=plain_dates).to_pylist(),
        "next_cursor": following,
        "columns": column_kinds(table.schema, names, plain_dates=plain_dates),
        "total": table.rows,
        "matched": page.matched,
        "status": dataset.status,
        "version": dataset.version,
    }


def _columns(text: str | None, table: ParquetTable) -> list[str]:
    if text is None:
        return table.columns
    names: list[str] = []
    rest: str | None = text.strip()
    while rest is not None:
        found = first_listed(rest, table.columns)
        if found is None:
            meant = rest.split(",")[0].strip()
            raise InvalidInput(no_column(meant, table.columns), parameter="columns")
        name, rest = found
        if name in names:
            raise InvalidInput(f"{name[:100]!r} is given twice", parameter="columns")
        names.append(name)
    return names
