"""The function's environment, typed; template.yaml declares every variable."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
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
