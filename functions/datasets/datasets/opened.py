"""GET /datasets/{name}: the report of the last run, and URLs of its files."""

from pydantic import BaseModel, ConfigDict

from datasets.shared_place import notices
from datasets.storage.bucket import Bucket
from datasets.storage.report import REPORT, open_dataset
from datasets.web.answer import Answer, json_answer
from datasets.web.request import Request

EXPIRES_IN = 900


class DatasetParameters(BaseModel):
    """The query string of a dataset: nothing."""

    model_config = ConfigDict(extra="forbid")


def show_dataset(bucket: Bucket, name: str, request: Request) -> Answer:
    """The files are those that the report vouches for; their URLs open for 900 seconds."""
    request.parameters(DatasetParameters)
    dataset = open_dataset(bucket, name)
    downloads = {
        file: bucket.download_url(
            output["key"],
            version_id=output.get("version_id"),
            filename=dataset.saved_as(file),
            expires_in=EXPIRES_IN,
        )
        for file, output in dataset.outputs()
    }
    downloads[REPORT] = bucket.download_url(
        dataset.prefix + REPORT,
        version_id=None,
        filename=dataset.saved_as(REPORT),
        expires_in=EXPIRES_IN,
    )
    return json_answer(
        {
            "name": dataset.name,
            "source_key": dataset.source_key,
            "notices": list(notices(name, dataset.source_key, dataset.replaced_key)),
            "status": dataset.status,
            "version": dataset.version or None,
            "warnings": dataset.report.get("warnings") or [],
            "report": dataset.report,
            "downloads": downloads,
            "expires_in": EXPIRES_IN,
        }
    )
