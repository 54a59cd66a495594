"""What callers see of datasets and uploads."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.datasets.names import output_prefix, source_stem

# U+FFFD stands for bytes that were not UTF-8: no new object is to be named by what is left.
_DAMAGED = "\ufffd"
_CONTROL = r"\u0000-\u001f\u007f-\u009f\ufffd"
# No step of a key begins with a dot: clients fold "." and ".." out of URLs.
_STEP = rf"[^/.{_CONTROL}][^/{_CONTROL}]*"
_KEY = rf"^({_STEP}/)*({_STEP}\.csv(\.gz)?|_source\.json)$"
_SURROGATE = re.compile("[\ud800-\udfff]")


def _check_key(value: str) -> str:
    if _DAMAGED in value:
        raise ValueError("was damaged on its way: it was not sent as UTF-8")
    if not re.fullmatch(_KEY, value) or _SURROGATE.search(value):
        raise ValueError(
            "must end in .csv or .csv.gz, or be a folder's _source.json; its steps must not be"
            " empty, begin with a dot or hold control characters"
        )
    if output_prefix(source_stem(value)) is None:
        raise ValueError("is too long: the keys of its outputs would have more than 1,024 bytes")
    return value


UploadKey = Annotated[
    str,
    Field(max_length=255, examples=["raw.csv"], json_schema_extra={"pattern": _KEY}),
    AfterValidator(_check_key),
]


# How a run ends; a run that goes on has no summary yet, and no place in the list.
FinalStatus = Literal["succeeded", "warned", "refused", "too_large", "failed"]


class UploadRequest(BaseModel):
    """The object to upload: a .csv or .csv.gz, or the _source.json that describes its folder."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: UploadKey
    bytes: int | None = Field(
        None,
        ge=1,
        le=5 * 1024**4,
        description="The size that is meant to be sent: over 5 GB it is sent in parts. It decides"
        " nothing else, and does not hold the upload to that size.",
    )


class Upload(BaseModel):
    """Send the file to `url` with `method` before `expires_in` seconds have passed."""

    url: str
    method: Literal["PUT"] = "PUT"
    bucket: str
    key: str
    dataset: str | None = Field(description="Its name once processed; null for _source.json.")
    expires_in: int


class PartUpload(BaseModel):
    """The next `bytes` of the file, to be sent to `url` by PUT; the answer's ETag is kept."""

    number: int
    url: str
    bytes: int


class MultipartUpload(BaseModel):
    """Send each part, then POST the parts' numbers and ETags to `complete_url`.

    The body is S3's CompleteMultipartUpload. DELETE of `abort_url` gives up; what was sent is
    removed by itself after a day. The URLs end with the session of whoever signed them, too.
    """

    method: Literal["MULTIPART"] = "MULTIPART"
    parts: list[PartUpload]
    complete_url: str
    abort_url: str
    bucket: str
    key: str
    dataset: str | None = Field(description="Its name once processed; null for _source.json.")
    expires_in: int


class RunRequest(BaseModel):
    """The dataset whose source is to be cleaned once more, by the description that is there now."""

    model_config = ConfigDict(extra="forbid", strict=True)

    dataset: str = Field(
        min_length=1,
        max_length=1024,
        examples=["2026/orders"],
        description="Its name, or the key of its source, of which there need be no report yet.",
    )


class Run(BaseModel):
    """A run that was asked for; its report replaces the one that is there."""

    dataset: str
    key: str = Field(description="The file that is cleaned.")
    version_id: str | None = Field(
        description="Of the file as it was put again: the run's report has it as source.version_id."
    )


class DatasetWarning(BaseModel):
    """Why a file that was cleaned deserves a second look."""

    code: str = Field(examples=["no_row_left"])
    message: str


class DatasetSummary(BaseModel):
    """The last finished run of a dataset; counts are null if it cleaned nothing."""

    name: str = Field(description="Opens it: /datasets/{name}, percent-encoded once.")
    source_key: str
    status: str = Field(examples=["succeeded", "warned", "refused"])
    rows_in: int | None = None
    rows_out: int | None = None
    duplicates: int | None = None
    rejected: int | None = None
    finished_at: datetime | None = None
    warnings: list[DatasetWarning] = []


class DatasetList(BaseModel):
    """A page of datasets; `total` counts those that the filters let pass."""

    items: list[DatasetSummary]
    total: int
    next_cursor: str | None
    truncated: bool = Field(
        description="This page is not all of the list: more pages follow, to which `next_cursor`"
        " leads, or, on the last one, there are more datasets than a call looks through."
    )
