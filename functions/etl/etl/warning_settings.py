"""When a run is `warned`: of the function's environment what the command line knows, too.

pydantic-settings, which the function reads its environment with, is a tenth of a second to import.
"""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, Field

from etl.report.verdict import Limits

_STANDARD = Limits()


class WarningSettings(BaseModel):
    """From which share on a run is `warned`; shares are of 1. The command line knows them too."""

    etl_warn_lost_share: float = Field(default=_STANDARD.lost_share, ge=0, le=1)
    etl_warn_reason_share: float = Field(default=_STANDARD.reason_share, ge=0, le=1)
    etl_warn_column_changes: int = Field(default=_STANDARD.column_changes, ge=0)
    etl_warn_row_drift: float = Field(default=_STANDARD.row_drift, ge=0)
    etl_warn_mean_drift: float = Field(default=_STANDARD.mean_drift, ge=0)
    etl_warn_least_rows: int = Field(default=_STANDARD.least_rows, ge=1)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """As `Settings` reads the environment. Raises ValidationError."""
        return cls.model_validate({name.lower(): value for name, value in environment.items()})

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
