"""The environment as template.yaml declares it, typed; a wrong variable is named."""

from typing import Literal

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings


class SettingsError(Exception):
    """The function's environment is wrong; the message names variables, never their values."""


class Settings(BaseSettings):
    """One field per variable; defaults are in template.yaml alone, so a missing one is an error."""

    database_host: str = Field(min_length=1)
    database_port: int = Field(ge=1, le=65535)
    database_name: str = Field(min_length=1)
    database_user: str = Field(min_length=1)
    database_password: SecretStr
    database_secret_arn: str
    database_tls: Literal["disable", "verify-full"]
    redis_host: str = Field(min_length=1)
    redis_port: int = Field(ge=1, le=65535)
    redis_tls: bool
    cache_ttl_seconds: int = Field(ge=1, le=3600)
    opensearch_url: str = Field(pattern=r"^https?://[^/?#]+/?$")
    opensearch_auth: Literal["none", "sigv4"]
    auth_required: bool
    landing_bucket: str = Field(min_length=3)
    processed_bucket: str = Field(min_length=3)
    aws_endpoint_url: str

    @model_validator(mode="after")
    def _one_source_of_the_password(self) -> "Settings":
        if bool(self.database_password.get_secret_value()) == bool(self.database_secret_arn):
            raise ValueError("set DATABASE_PASSWORD or DATABASE_SECRET_ARN, one of the two")
        return self


def load_settings() -> Settings:
    """Raises SettingsError naming every variable at fault."""
    try:
        return Settings()  # type: ignore[call-arg] # the environment gives the fields
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']).upper() or 'settings'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False)
        )
        # `from None`: pydantic's own text repeats the values.
        raise SettingsError(f"The environment is wrong: {faults}") from None
