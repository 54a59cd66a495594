"""The function's environment, typed; template.yaml declares every variable."""

import os
from dataclasses import dataclass


class SettingsError(Exception):
    """A variable is missing; the message names it."""


@dataclass(frozen=True)
class Settings:
    """The first five are ARNs of the published versions that are to be tried."""

    api_version: str
    etl_version: str
    datasets_version: str
    query_version: str
    check_version: str
    landing_bucket: str
    aws_endpoint_url: str | None


def load_settings() -> Settings:
    """Raises SettingsError."""
    return Settings(
        api_version=_required("API_VERSION"),
        etl_version=_required("ETL_VERSION"),
        datasets_version=_required("DATASETS_VERSION"),
        query_version=_required("QUERY_VERSION"),
        check_version=_required("CHECK_VERSION"),
        landing_bucket=_required("LANDING_BUCKET"),
        aws_endpoint_url=os.environ.get("AWS_ENDPOINT_URL") or None,
    )


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SettingsError(f"The environment is wrong: {name} is empty")
    return value
