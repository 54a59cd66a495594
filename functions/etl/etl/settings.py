"""The function's environment, typed; template.yaml declares every variable."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from etl.report.verdict import Limits

_STANDARD = Limits()


class WarningSettings(BaseSettings):
    """From which share on a run is `warned`; shares are of 1. The command line knows them too."""

    etl_warn_lost_share: float = Field(default=_STANDARD.lost_share, ge=0, le=1)
    etl_warn_reason_share: float = Field(default=_STANDARD.reason_share, ge=0, le=1)
    etl_warn_column_changes: int = Field(default=_STANDARD.column_changes, ge=0)
    etl_warn_row_drift: float = Field(default=_STANDARD.row_drift, ge=0)
    etl_warn_mean_drift: float = Field(default=_STANDARD.mean_drift, ge=0)
    etl_warn_least_rows: int = Field(default=_STANDARD.least_rows, ge=1)

    @property
    def limits(self) -> Limits:
        return Limits(
            lost_share=self.etl_warn_lost_share,
            reason_share=self.etl_warn_reason_share,
            column_changes=self.etl_warn_column_changes,
            row_drift=self.etl_warn_row_drift,
            mean_drift=self.etl_warn_mean_drift,
            least_rows=self.etl_warn_least_rows,
        )


class Settings(WarningSettings):
    """A missing or wrong variable raises a ValidationError that names it."""

    landing_bucket: str = Field(min_length=3)
    processed_bucket: str = Field(min_length=3)
    etl_max_bytes: int = Field(gt=0)
    glue_database: str = ""
    aws_endpoint_url: str = ""

    @model_validator(mode="after")
    def _never_write_where_triggered(self) -> Self:
        if self.landing_bucket == self.processed_bucket:
            raise ValueError(
                "PROCESSED_BUCKET must not be LANDING_BUCKET: the ETL would run for ever"
            )
        return self
