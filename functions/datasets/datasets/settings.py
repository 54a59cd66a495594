"""The environment as template.yaml declares it, typed; a wrong variable is named.

Read by pydantic alone: pydantic-settings would take a quarter of this function's start.
"""

import os
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class SettingsError(Exception):
    """The function's environment is wrong; the message names variables, never their values."""


class Settings(BaseModel):
    """One field per variable; defaults are in template.yaml alone, so a missing one is an error."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    processed_bucket: str = Field(min_length=3)
    auth_required: bool
    aws_endpoint_url: str


class QuerySettings(Settings):
    """What the function of queries is told besides: the bounds of one query."""

    query_seconds: float = Field(gt=0, le=10)  # fetching, start and end come on top
    query_memory_mb: int = Field(ge=128, le=8192)
    query_file_mb: int = Field(ge=1, le=9000)


Kind = TypeVar("Kind", bound=Settings)


def load(kind: type[Kind], environment: Mapping[str, str] = os.environ) -> Kind:
    """Raises SettingsError naming every variable at fault."""
    fields = {
        name: environment[name.upper()] for name in kind.model_fields if name.upper() in environment
    }
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False)
        )
        # `from None`: pydantic's own text repeats the values.
        raise SettingsError(f"The environment is wrong: {faults}") from None
