"""The function's environment, typed; template.yaml declares every variable."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from etl.warning_settings import WarningSettings

# What the Spark job has to know of the function's environment.
SHARED = (
    *("LANDING_BUCKET", "PROCESSED_BUCKET", "ETL_MAX_BYTES", "GLUE_DATABASE", "AWS_ENDPOINT_URL"),
    *("ETL_WARN_LOST_SHARE", "ETL_WARN_REASON_SHARE", "ETL_WARN_COLUMN_CHANGES"),
    *("ETL_WARN_ROW_DRIFT", "ETL_WARN_MEAN_DRIFT", "ETL_WARN_LEAST_ROWS"),
)


class Settings(BaseSettings, WarningSettings):
    """A missing or wrong variable raises a ValidationError that names it."""

    landing_bucket: str = Field(min_length=3)
    processed_bucket: str = Field(min_length=3)
    etl_max_bytes: int = Field(gt=0)
    glue_database: str = ""
    aws_endpoint_url: str = ""
    # Where larger files are cleaned; without an application they are too large.
    spark_application_id: str = ""
    spark_job_role_arn: str = ""
    spark_artifacts: str = Field("", pattern=r"^(s3://.+/)?$")
    spark_log_group: str = ""

    @model_validator(mode="after")
    def _never_write_where_triggered(self) -> Self:
        if self.landing_bucket == self.processed_bucket:
            raise ValueError(
                "PROCESSED_BUCKET must not be LANDING_BUCKET: the ETL would run for ever"
            )
        return self

    @model_validator(mode="after")
    def _whole_application(self) -> Self:
        given = (self.spark_job_role_arn, self.spark_artifacts, self.spark_log_group)
        if self.spark_application_id and not all(given):
            raise ValueError(
                "SPARK_APPLICATION_ID needs SPARK_JOB_ROLE_ARN, SPARK_ARTIFACTS, SPARK_LOG_GROUP"
            )
        return self
