"""The calls of /datasets; those of one dataset are functions/datasets'."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.datasets.listing import DEFAULT_SORT, DatasetQuery, Sort
from api.datasets.models import (
    DatasetList,
    FinalStatus,
    MultipartUpload,
    Run,
    RunRequest,
    Upload,
    UploadRequest,
)
from api.datasets.service import DatasetService
from api.web.numbers import WholeNumber
from api.web.problems import responses
from api.web.routing import DatasetsRoute

router = APIRouter(prefix="/datasets", tags=["datasets"], route_class=DatasetsRoute)

# The answers hold URLs that open files.
_SECRET = {"Cache-Control": "no-store", "Vary": "Authorization"}


async def _service(request: Request) -> DatasetService:
    service: DatasetService = request.app.state.datasets
    return service


Datasets = Annotated[DatasetService, Depends(_service)]
# Without a text it would pass as no filter.
Filter = Annotated[str, Field(min_length=1)]


class ListQuery(BaseModel):
    """The parameters of a list of datasets."""

    model_config = ConfigDict(extra="forbid")

    limit: WholeNumber = Field(50, ge=1, le=100, description="At most so many.")
    cursor: str | None = Field(None, description="next_cursor of the page before.")
    sort: Sort = Field(
        DEFAULT_SORT, description="With a minus before it the greatest first; no value comes last."
    )
    status: FinalStatus | None = Field(None, description="Only those of this status.")
    prefix: Filter = Field("", description="Only those whose source's key begins so: a folder.")
    q: Filter = Field("", description="Only those whose source's key has this in it, in any case.")


@router.get(
    "",
    responses={
        200: {
            "headers": {"Link": {"schema": {"type": "string"}}},
            "links": {
                "next": {
                    "operationId": "list_datasets",
                    "parameters": {"cursor": "$response.body#/next_cursor"},
                }
            },
        },
        **responses(422, 503),
    },
)
async def list_datasets(
    request: Request,
    response: Response,
    datasets: Datasets,
    query: Annotated[ListQuery, Query()],
) -> DatasetList:
    """Lists the last finished run of each dataset, the newest first."""
    found = datasets.list_datasets(DatasetQuery(**query.model_dump()))
    if found.next_cursor:
        again = urlencode({**request.query_params, "cursor": found.next_cursor})
        response.headers["Link"] = f'</datasets/?{again}>; rel="next"'
    return found


@router.post("/uploads", status_code=201, responses=responses(413, 415, 422, 503))
async def prepare_upload(
    wanted: UploadRequest, datasets: Datasets, response: Response
) -> Upload | MultipartUpload:
    """Gives a URL to which the file can be sent; the ETL starts when it has arrived.

    One request carries 5 GB: for more `bytes` than that the answer has a URL for each part.
    """
    response.headers.update(_SECRET)
    return datasets.prepare_upload(wanted.key, wanted.bytes)


@router.post(
    "/runs",
    status_code=202,
    responses={
        202: {"headers": {"Location": {"schema": {"type": "string"}}}},
        **responses(404, 409, 413, 415, 422, 503),
    },
)
async def start_run(wanted: RunRequest, datasets: Datasets, response: Response) -> Run:
    """Has the source of a dataset cleaned once more, as when its folder's _source.json changed.

    The file is put again as it is; where a newer one has come meanwhile, that one is cleaned.
    Location lists the dataset's runs; this one has the answer's version_id.
    """
    run = datasets.start_run(wanted.dataset)
    response.headers["Location"] = f"/datasets/{quote(run.dataset, safe='')}/runs"
    return run
