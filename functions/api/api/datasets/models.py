"""What callers see of datasets and uploads, and how a dataset is named."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
# No step of a key begins with a dot: clients fold "." and ".." out of URLs.
_STEP = rf"[^/.{_CONTROL}][^/{_CONTROL}]*"
_KEY = rf"^({_STEP}/)*({_STEP}\.csv(\.gz)?|_source\.json)$"
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAME = re.compile(rf"({_STEP}/)*{_STEP}")
_SUFFIXES = (".csv.gz", ".csv")


def _check_key(value: str) -> str:
    if not re.fullmatch(_KEY, value) or _SURROGATE.search(value):
        raise ValueError(
            "must end in .csv or .csv.gz, or be a folder's _source.json; its steps must not be"
            " empty, begin with a dot or hold control characters"
        )
    return value


UploadKey = Annotated[
    str,
    Field(max_length=255, examples=["raw.csv"], json_schema_extra={"pattern": _KEY}),
    AfterValidator(_check_key),
]


class UploadRequest(BaseModel):
    """The object to upload: a .csv or .csv.gz, or the _source.json that describes its folder."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: UploadKey


class Upload(BaseModel):
    """Send the file to `url` with `method` before `expires_in` seconds have passed."""

    url: str
    method: Literal["PUT"] = "PUT"
    bucket: str
    key: str
    dataset: str | None = Field(description="Its name once processed; null for _source.json.")
    expires_in: int


class DatasetSummary(BaseModel):
    """A dataset as its report.json has it; counts are null until a run has finished."""

    name: str
    source_key: str
    status: str = Field(examples=["succeeded", "refused"])
    rows_in: int | None = None
    rows_out: int | None = None
    duplicates: int | None = None
    rejected: int | None = None
    finished_at: datetime | None = None


class DatasetList(BaseModel):
    """The newest datasets first."""

    items: list[DatasetSummary]
    truncated: bool = Field(
        description="There are more than are shown, or more files than were looked through."
    )


class Dataset(BaseModel):
    """The report of the last run and URLs of its files, good for `expires_in` seconds."""

    name: str
    report: dict[str, Any]
    downloads: dict[str, str]
    expires_in: int


def is_dataset_name(name: str) -> bool:
    """Whether a source's key could make this name."""
    return _NAME.fullmatch(name) is not None and len(name.encode("utf-8", "replace")) <= 1000


def dataset_name(source_key: str) -> str:
    """The source's key without its suffix: what its dataset is called.

    >>> dataset_name("2026/orders.csv.gz")
    '2026/orders'
    """
    for suffix in _SUFFIXES:
        if source_key.lower().endswith(suffix):
            return source_key[: -len(suffix)]
    return source_key


def output_prefix(name: str) -> str:
    """Where the ETL puts a dataset: beside `raw`, or in a folder of its name (DESIGN, section 4).

    >>> output_prefix("raw"), output_prefix("2026/raw"), output_prefix("2026/orders")
    ('', '2026/', '2026/orders/')
    """
    folder, slash, last = name.rpartition("/")
    return folder + slash if last.lower() == "raw" else f"{name}/"
