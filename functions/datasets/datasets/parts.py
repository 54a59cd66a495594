"""GET /datasets/{name}/parts: the files of a dataset that came from the Spark job, with URLs."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from datasets.opened import EXPIRES_IN
from datasets.storage.bucket import Bucket
from datasets.storage.report import Dataset, open_dataset
from datasets.web.answer import Answer, json_answer
from datasets.web.request import Request

_KINDS = ("csv", "parquet", "rejected")


class PartsParameters(BaseModel):
    """The query string of `parts`: a URL takes a kilobyte, and an answer six megabytes."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=1000)
    start: int = Field(0, ge=0, description="The number of the first; next_start of a page.")


def list_parts(bucket: Bucket, name: str, request: Request) -> Answer:
    """A page of the parts in the order of their rows; none for a dataset of one function.

    The CSV files one after the other are the whole CSV: only the first has a header line. The
    same holds for the dropped rows.
    """
    asked = request.parameters(PartsParameters)
    dataset = open_dataset(bucket, name)
    behind = asked.start + asked.limit
    items = [
        _item(bucket, dataset, number, part)
        for number, part in enumerate(dataset.parts[asked.start : behind], asked.start)
    ]
    return json_answer(
        {
            "items": items,
            "total": len(dataset.parts),
            "next_start": behind if behind < len(dataset.parts) else None,
            "expires_in": EXPIRES_IN,
            "status": dataset.status,
            "version": dataset.version or None,
        }
    )


def _item(bucket: Bucket, dataset: Dataset, number: int, part: Mapping[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {"number": number, "rows": part["rows"], "dropped": part["dropped"]}
    for kind in _KINDS:
        output = part[kind]
        url = bucket.download_url(
            output["key"],
            version_id=output.get("version_id"),
            filename=dataset.part_name(number, kind),
            expires_in=EXPIRES_IN,
        )
        item[kind] = {"url": url, "bytes": output["bytes"], "sha256": output["sha256"]}
    return item
