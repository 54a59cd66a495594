"""The environment as template.yaml declares it, typed; a wrong variable is named."""

from typing import Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings


class SettingsError(Exception):
    """The function's environment is wrong; the message names variables, never their values."""


class DatabaseSettings(BaseSettings):
    """Where PostgreSQL is and whom the functions log in as.

    One field per variable; defaults are in template.yaml alone, so a missing one is an error.
    """

    database_host: str = Field(min_length=1)
    database_port: int = Field(ge=1, le=65535)
    database_name: str = Field(min_length=1)
    database_user: str = Field(min_length=1)
    database_password: SecretStr
    database_secret_arn: str
    database_tls: Literal["disable", "verify-full"]
    aws_endpoint_url: str

    @model_validator(mode="after")
    def _one_source_of_the_password(self) -> Self:
        _require_one("DATABASE", self.database_password, self.database_secret_arn)
        return self


class Settings(DatabaseSettings):
    """The environment of UsersApiFunction and SearchSyncFunction."""

    redis_host: str = Field(min_length=1)
    redis_port: int = Field(ge=1, le=65535)
    redis_tls: bool
    redis_secret_arn: str
    cache_ttl_seconds: int = Field(ge=1, le=3600)
    opensearch_url: str = Field(pattern=r"^https?://[^/?#]+/?$")
    opensearch_auth: Literal["none", "sigv4"]
    auth_required: bool
    # The domain and the client of a user pool, both or neither.
    sign_in_url: str = Field(pattern=r"^(https?://[^/?#\s;,]+)?$")
    sign_in_client_id: str = Field(pattern=r"^[\w-]*$")
    landing_bucket: str = Field(min_length=3)
    processed_bucket: str = Field(min_length=3)

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        if bool(self.sign_in_url) != bool(self.sign_in_client_id):
            raise ValueError("set SIGN_IN_URL and SIGN_IN_CLIENT_ID, or neither")
        return self


class MigrationSettings(DatabaseSettings):
    """The environment of MigrateFunction and RotateFunction, which know the owner of the tables."""

    database_owner_user: str = Field(min_length=1)
    database_owner_password: SecretStr
    database_owner_secret_arn: str

    @model_validator(mode="after")
    def _one_source_of_the_owners_password(self) -> Self:
        owner = self.database_owner_password, self.database_owner_secret_arn
        _require_one("DATABASE_OWNER", *owner)
        return self

    def as_owner(self) -> DatabaseSettings:
        """The same database with the owner's login."""
        return self.model_copy(
            update={
                "database_user": self.database_owner_user,
                "database_password": self.database_owner_password,
                "database_secret_arn": self.database_owner_secret_arn,
            }
        )


def _require_one(prefix: str, password: SecretStr, secret_arn: str) -> None:
    if bool(password.get_secret_value()) == bool(secret_arn):
        raise ValueError(f"set {prefix}_PASSWORD or {prefix}_SECRET_ARN, one of the two")


def load_settings() -> Settings:
    """Raises SettingsError naming every variable at fault."""
    return _load(Settings)


def load_migration_settings() -> MigrationSettings:
    """Raises as `load_settings`."""
    return _load(MigrationSettings)


_Kind = TypeVar("_Kind", bound=DatabaseSettings)


def _load(kind: type[_Kind]) -> _Kind:
    try:
        return kind()  # type: ignore[call-arg] # the environment gives the fields
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']).upper() or 'settings'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False)
        )
        # `from None`: pydantic's own text repeats the values.
        raise SettingsError(f"The environment is wrong: {faults}") from None
