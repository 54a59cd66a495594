"""report.json: its shape, typed and frozen. docs/etl.md describes each field.

A field that a later release adds has a default, so that reports of earlier ones are read, too.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, computed_field, model_validator

import etl
from etl.errors import Refused, TooLarge
from etl.report.advice import Advice
from etl.source.description import FILE_NAME

SCHEMA_VERSION: Final = 1

SUCCEEDED: Final = "succeeded"
WARNED: Final = "warned"
REFUSED: Final = "refused"
TOO_LARGE: Final = "too_large"
FAILED: Final = "failed"
PUBLISHING: Final = "publishing"
PROCESSING: Final = "processing"

CLEANED: Final = (SUCCEEDED, WARNED)
"""The files beside the report are whole and described in it."""
SETTLED: Final = (*CLEANED, REFUSED, TOO_LARGE)
"""A repetition would find the same."""
FINAL: Final = (*SETTLED, FAILED)
"""The run is over."""
CLAIMS: Final = (PUBLISHING, PROCESSING)
"""A run is under way, in a function or in the Spark job."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SourceFile(_Part):
    """A file of this machine; `description_key` is the path of the description in force."""

    key: str
    bytes: int
    description_key: str | None = None


class SourceVersion(_Part):
    """One version of an object. `version_id` is None in a bucket without versions.

    `last_modified` is in whole seconds, `event_time` as exact as the event; both are ISO 8601.
    `description_etag` is that of the `_source.json` beside it, None if there is none.
    """

    bucket: str
    key: str
    version_id: str | None
    etag: str
    bytes: int
    last_modified: str
    sequencer: str | None = None
    event_time: str | None = None
    description_etag: str | None = None

    @computed_field  # type: ignore[prop-decorator] # mypy reads no decorated property
    @property
    def description_key(self) -> str | None:
        """Where the description in force is."""
        if self.description_etag is None:
            return None
        folder, slash, _ = self.key.rpartition("/")
        return f"{folder}{slash}{FILE_NAME}"


class Refusal(_Part):
    """Why a file as a whole was not cleaned: a word for machines, a sentence for its owner."""

    reason: str
    message: str
    line: int | None = None


class Output(_Part):
    """A file that a run wrote; the command line's have neither key nor version."""

    key: str | None = None
    bytes: int
    sha256: str
    version_id: str | None = None


class Part(_Part):
    """A piece of the outputs of a file that the Spark job cleaned; `dropped` rows are rejected's.

    The first part alone has header lines: CSV files one after the other are the whole file.
    """

    csv: Output
    parquet: Output
    rejected: Output
    rows: int
    dropped: int

    @property
    def outputs(self) -> tuple[Output, Output, Output]:
        return self.csv, self.parquet, self.rejected


class JobRun(_Part):
    """The run of the Spark job that has the file; `run_id` is AWS's, None before it is started.

    `attempt` counts runs for one reading of one version from 1 on; retries within a run are AWS's.
    """

    attempt: int
    run_id: str | None = None


class ReplacedFile(_Part):
    """A file of an earlier run that this one does not write; it is deleted once this is told."""

    key: str


class QuantityCounts(_Part):
    """Kept rows whose quantity was missing, is below zero, is zero, was rounded."""

    filled: int
    negative: int
    zero: int
    rounded: int = 0


class Sums(_Part):
    """Over the kept rows; amount is quantity × price. None: too large for a double."""

    quantity: int
    price: float | None
    amount: float | None


class DateRange(_Part):
    """ISO 8601 in UTC; None where no row was kept."""

    first: str | None
    last: str | None


class Reading(_Part):
    """How the file was read: `columns` are our names to the file's."""

    delimiter: str
    header_line: int = 1
    columns: dict[str, str]
    description: dict[str, Any]
    csv_dates: str


class Findings(_Part):
    """What a finished run found; it depends on the file alone: same bytes, same findings."""

    rows_in: int
    rows_out: int
    duplicates: int
    rejected: int
    reasons: dict[str, int]
    lost_orders: int
    short_rows: int = 0
    quantity: QuantityCounts
    gaps: dict[str, int]
    sums: Sums
    order_dates: DateRange
    orders_per_month: dict[str, int]
    reading: Reading

    @property
    def is_empty(self) -> bool:
        """Rows came in and none is left."""
        return bool(self.rows_in and not self.rows_out)


class RunWarning(_Part):
    """Why a cleaned file deserves a second look: a word for machines, a sentence for people.

    `share` is past `limit`; both are shares of 1, but for columns, where the limit is a number.
    `reason` is that of dropped rows, `column` one whose mean drifted, `came` and `went` columns.
    """

    code: str
    message: str
    share: float | None = None
    limit: float | None = None
    reason: str | None = None
    column: str | None = None
    came: list[str] | None = None
    went: list[str] | None = None


class PreviousRun(_Part):
    """What a run is compared with: the last that cleaned another version for the same place."""

    finished_at: str | None
    rows_in: int
    rows_out: int
    sums: Sums
    columns: list[str]


class LastGood(_Part):
    """The newest output that a reader can still rely on while there is no good report.

    Those of earlier versions lack how many rows were dropped, and how the CSV shows dates.
    """

    source: SourceVersion
    rows_in: int
    rows_out: int
    duplicates: int | None = None
    rejected: int | None = None
    csv_dates: str | None = None
    outputs: dict[str, Output]
    parts: list[Part] = []


class Report(_Part):
    """What a run says of itself; `findings` stand at the top of the document."""

    schema_version: int
    status: str
    source: SourceVersion | SourceFile
    code_version: str
    warnings: list[RunWarning] = []
    findings: Findings | None = None
    refusal: Refusal | None = None
    limit_bytes: int | None = None
    run_id: str | None = None
    claim_id: str | None = None
    job: JobRun | None = None
    advice: Advice | None = None
    replaced_key: str | None = None
    last_good: LastGood | None = None
    previous: PreviousRun | None = None
    outputs: dict[str, Output] = {}
    parts: list[Part] = []
    replaces: list[ReplacedFile] = []
    table: dict[str, str] | None = None
    seconds: float | None = None
    finished_at: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather_findings(cls, document: Any) -> Any:  # noqa: ANN401 - before it is checked
        if isinstance(document, Mapping) and "rows_in" in document:
            return {**document, "findings": document}
        return document

    @classmethod
    def begin(cls, status: str, source: SourceVersion | SourceFile, **more: object) -> Self:
        """A report of this release."""
        fields = {"status": status, "source": source, "code_version": code_version(), **more}
        return cls.model_validate({"schema_version": SCHEMA_VERSION, **fields})

    @property
    def as_previous(self) -> PreviousRun | None:
        """The run as later ones compare themselves with it; None if it cleaned nothing."""
        if self.status not in CLEANED or self.findings is None:
            return None
        return PreviousRun(
            finished_at=self.finished_at,
            rows_in=self.findings.rows_in,
            rows_out=self.findings.rows_out,
            sums=self.findings.sums,
            columns=list(self.findings.reading.columns),
        )

    def amended(self, **changes: object) -> Self:
        """The same with some fields set."""
        return self.model_copy(update=changes)

    def text(self) -> str:
        """The JSON document; fields that were never set are not in it."""
        document: dict[str, object] = {}
        for name, value in self.model_dump(exclude_unset=True).items():
            document |= value if name == "findings" else {name: value}
        return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


class PublishedReport(Report):
    """The report of an object, as it stands in the processed bucket."""

    source: SourceVersion


def refusal_of(error: Refused | TooLarge) -> dict[str, object]:
    """The fields that tell of an error of the file."""
    if isinstance(error, TooLarge):
        return {
            "refusal": Refusal(reason=TOO_LARGE, message=str(error), line=None),
            "limit_bytes": error.limit,
        }
    return {"refusal": Refusal(reason=error.reason, message=error.message, line=error.line)}


@cache
def code_version() -> str:
    """The version, and a digest of the code itself: a changed rule is a changed version."""
    digest = hashlib.sha256()
    folder = Path(etl.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{etl.__version__}+{digest.hexdigest()[:12]}"
