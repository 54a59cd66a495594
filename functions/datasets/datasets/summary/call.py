"""GET /datasets/{name}/summary"""

from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from datasets.deadline import Deadline
from datasets.errors import InvalidInput
from datasets.parquet.table import ParquetTable
from datasets.rows.cells import readable
from datasets.rows.moments import parse_moment
from datasets.rows.where import Condition, parse_conditions
from datasets.storage.bucket import Bucket
from datasets.storage.report import PARQUET, open_dataset
from datasets.summary.groups import MEASURES, PERIODS, WEEKDAY, Grouping, summarise
from datasets.web.answer import Answer, csv_answer, json_answer, wants_csv
from datasets.web.request import Request

SECONDS = 20
_DATE = "order_date"
_FORMATS = {"month": "%Y-%m", "year": "%Y"}


class SummaryParameters(BaseModel):
    """The query string of `summary`."""

    model_config = ConfigDict(extra="forbid")

    by: str = "month"
    measure: str = "count"
    where: list[str] = Field([], max_length=20)
    from_: str | None = Field(None, alias="from")
    to: str | None = None
    order: Literal["key", "-key", "value", "-value"] | None = None
    limit: int = Field(100, ge=1, le=1000)
    format: Literal["csv", "json"] | None = None


def show_summary(bucket: Bucket, name: str, request: Request) -> Answer:
    """Groups of the rows that were kept, each with its measure and how many rows it has."""
    asked = request.parameters(SummaryParameters)
    dataset = open_dataset(bucket, name)
    file = dataset.file(PARQUET, bucket)
    table = ParquetTable(bucket, file.objects)
    grouping = _grouping(asked, table)
    conditions = [*parse_conditions(asked.where, table.schema), *_within(asked)]
    groups = summarise(table, grouping, conditions, Deadline(SECONDS))
    shown = _texts(_ordered(groups, grouping, asked.order).slice(0, asked.limit), grouping)
    if wants_csv(request, asked.format):
        lines = ([_cell(row[name]) for name in ("key", "value", "rows")] for row in shown)
        names = (asked.by, asked.measure, "rows")
        return csv_answer(names, lines, filename=dataset.download_name(f"by-{asked.by}"))
    return json_answer(
        {
            "by": asked.by,
            "measure": asked.measure,
            "items": shown,
            "groups": groups.num_rows,
            "rows": pc.sum(groups["rows"]).as_py() or 0,
            "status": dataset.status,
            "version": dataset.version,
        }
    )


def _grouping(asked: SummaryParameters, table: ParquetTable) -> Grouping:
    if asked.measure not in MEASURES:
        raise InvalidInput(f"is none of {', '.join(MEASURES)}", parameter="measure")
    for name in MEASURES[asked.measure].columns:
        table.require(name, parameter="measure")
    if asked.by in (*PERIODS, WEEKDAY):
        table.require(_DATE, parameter="by")
        return Grouping(_DATE, asked.by, asked.measure)
    column = "customer_id" if asked.by == "customer" else asked.by.removeprefix("column:")
    table.require(column, parameter="by")
    return Grouping(column, "", asked.measure)


def _within(asked: SummaryParameters) -> list[Condition]:
    """Both ends are included, with all of a day, a month or a year."""
    found, ends = [], []
    for name, text in (("from", asked.from_), ("to", asked.to)):
        if text is None:
            continue
        period = parse_moment(text)
        if period is None:
            raise InvalidInput(f"{text[:100]!r} is not a date", parameter=name)
        end = pa.scalar(period.first if name == "from" else period.after, pa.timestamp("us"))
        ends.append(period)
        field = pc.field(_DATE)
        found.append(Condition(_DATE, field >= end if name == "from" else field < end))
    if len(ends) == 2 and ends[0].first >= ends[1].after:
        raise InvalidInput("is after to: nothing lies between them", parameter="from")
    return found


def _ordered(groups: pa.Table, grouping: Grouping, order: str | None) -> pa.Table:
    """Periods rise by key, everything else falls by value; missing ones are last."""
    order = order or ("key" if grouping.unit else "-value")
    direction = "descending" if order.startswith("-") else "ascending"
    keys = [(order.removeprefix("-"), direction)]
    if order.removeprefix("-") == "value":
        keys.append(("key", "ascending"))
    return groups.take(pc.sort_indices(groups, sort_keys=keys))


def _texts(groups: pa.Table, grouping: Grouping) -> list[dict[str, Any]]:
    if grouping.unit in _FORMATS:
        keys = pc.strftime(groups["key"].cast(pa.timestamp("s")), format=_FORMATS[grouping.unit])
        groups = groups.set_column(0, "key", keys)
    is_day = grouping.unit in PERIODS
    items: list[dict[str, Any]] = readable(groups, plain_dates=is_day).to_pylist()
    return items


def _cell(value: object) -> object:
    return "" if value is None else value
