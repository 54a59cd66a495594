"""POST /datasets/{name}/query"""

import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from datasets.errors import InvalidInput
from datasets.query.bounds import Bounds
from datasets.query.cells import csv_cell
from datasets.query.process import run_in_process
from datasets.settings import QuerySettings
from datasets.storage.bucket import Bucket
from datasets.storage.local_copy import LocalCopy
from datasets.storage.report import PARQUET, open_dataset
from datasets.web.answer import Answer, csv_answer, json_answer, wants_csv
from datasets.web.request import Request

_MAX_JSON = 10_000
_MAX_CSV = 50_000


class QueryParameters(BaseModel):
    """The query string of `query`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["csv", "json"] | None = None


class QueryBody(BaseModel):
    """The body of `query`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sql: str = Field(min_length=1, max_length=20_000)
    limit: int | None = Field(
        None, ge=1, le=_MAX_CSV, description="At most 10,000 as JSON (1,000 by default)."
    )


class QueryCall:
    """Runs one query at a time, as Lambda gives one request at a time."""

    def __init__(self, bucket: Bucket, settings: QuerySettings) -> None:
        self._bucket = bucket
        self._settings = settings
        self._copy = LocalCopy(bucket, most_bytes=settings.query_file_mb * 1_000_000)

    def __call__(self, name: str, request: Request) -> Answer:
        is_csv = wants_csv(request, request.parameters(QueryParameters).format)
        asked = request.body(QueryBody)
        bounds = self._bounds(asked.limit, is_csv=is_csv)
        dataset = open_dataset(self._bucket, name)
        file = dataset.file(PARQUET, self._bucket)
        descriptors = self._copy.descriptors(file)
        started = time.perf_counter()
        answer = run_in_process(descriptors, asked.sql, bounds)
        milliseconds = round((time.perf_counter() - started) * 1000)
        if is_csv:
            return csv_answer(
                [column["name"] for column in answer["columns"]],
                ([csv_cell(cell) for cell in row] for row in answer["rows"]),
                filename=dataset.download_name("query"),
                headers={"Truncated": "true"} if answer["truncated"] else {},
            )
        about = {"status": dataset.status, "version": dataset.version}
        return json_answer({**answer, "milliseconds": milliseconds, **about})

    def _bounds(self, limit: int | None, *, is_csv: bool) -> Bounds:
        if not is_csv and limit is not None and limit > _MAX_JSON:
            raise InvalidInput(
                f"must be at most {_MAX_JSON:,} as JSON; CSV takes up to {_MAX_CSV:,}",
                pointer="#/limit",
            )
        rows = limit or (_MAX_CSV if is_csv else 1000)
        return Bounds(self._settings.query_seconds, self._settings.query_memory_mb, rows)
