"""GET /datasets/{name}/runs: the runs that are kept beside the report, the newest first."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from datasets.errors import RunNotFound
from datasets.storage.bucket import Bucket
from datasets.storage.report import Dataset, open_dataset
from datasets.web.answer import Answer, json_answer
from datasets.web.request import Request

_RUN = re.compile(r"(\d{8}T\d{6}Z-[0-9a-f]{12})\.json")
_ID = r"^\d{8}T\d{6}Z-[0-9a-f]{12}$"
_EXAMPLE = "20261126T101500Z-3f9c01d2ab45"
_MOST = 10_000  # keys that are looked through
_READERS = 8
_FIELDS = (
    *("status", "finished_at", "rows_in", "rows_out", "duplicates", "rejected", "reasons"),
    *("sums", "order_dates", "seconds", "code_version", "warnings", "refusal"),
)


class RunsParameters(BaseModel):
    """The query string of `runs`: one of them by `id`, or a page of the list."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(None, pattern=_ID, examples=[_EXAMPLE])
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, pattern=_ID, examples=[_EXAMPLE])


def list_runs(bucket: Bucket, name: str, request: Request) -> Answer:
    """Runs never change, so that a cursor, the id of the last one seen, holds."""
    asked = request.parameters(RunsParameters)
    dataset = open_dataset(bucket, name)
    if asked.id is not None:
        return _show(bucket, dataset, asked.id)
    keys, is_complete = bucket.keys(f"{dataset.prefix}runs/", most=_MOST)
    found = (_RUN.fullmatch(key.rpartition("/")[2]) for key in keys)
    ids = sorted((run[1] for run in found if run), reverse=True)
    rest = [one for one in ids if asked.cursor is None or one < asked.cursor]
    shown = rest[: asked.limit]
    with ThreadPoolExecutor(_READERS) as readers:
        reports = readers.map(lambda one: _report(bucket, dataset, one), shown)
        items = [_item(one, report) for one, report in zip(shown, reports, strict=True) if report]
    following = shown[-1] if len(rest) > len(shown) else None
    return json_answer(
        {"items": items, "next_cursor": following, "total": len(ids), "truncated": not is_complete}
    )


def _show(bucket: Bucket, dataset: Dataset, run: str) -> Answer:
    report = _report(bucket, dataset, run)
    if report is None:
        raise RunNotFound("The dataset has no run of this id, or it is kept no longer.")
    return json_answer({"id": run, "report": report})


def _report(bucket: Bucket, dataset: Dataset, run: str) -> dict[str, Any] | None:
    """None for what is gone since it was listed, and for what the ETL did not write."""
    document = bucket.document(f"{dataset.prefix}runs/{run}.json")
    try:
        report = json.loads(document or b"null")
    except ValueError:
        return None
    return report if isinstance(report, dict) else None


def _item(run: str, report: dict[str, Any]) -> dict[str, Any]:
    source = report.get("source") or {}
    return {
        "id": run,
        "source": {name: source.get(name) for name in ("key", "version_id", "bytes")},
        **{name: report[name] for name in _FIELDS if name in report},
        # Reports of earlier releases have the offset of UTC in another form.
        "finished_at": str(report.get("finished_at", "")).replace("+00:00", "Z") or None,
    }
