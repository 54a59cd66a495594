"""Settings and template.yaml declare the same variables; a wrong one is named, never shown."""

from pathlib import Path

import pytest

from api.settings import (
    MigrationSettings,
    Settings,
    SettingsError,
    load_migration_settings,
    load_settings,
)
from samulator.control.project import open_project
from samulator.template.load import load_application

ROOT = Path(__file__).parents[3]
# Before there are settings, and whatever is wrong with them.
READ_WHERE_USED = ("POWERTOOLS_", "LOG_", "TRACING")
FUNCTIONS = {
    "UsersApiFunction": Settings,
    "SearchSyncFunction": Settings,
    "MigrateFunction": MigrationSettings,
    "RotateFunction": MigrationSettings,
}


def declared(function: str) -> set[str]:
    environment = open_project(ROOT).environment
    application = load_application(ROOT / "template.yaml", environment=environment)
    return set(application.functions[function].environment)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    values = {
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": "app",
        "DATABASE_USER": "users_api",
        "DATABASE_PASSWORD": "s3cret-value",
        "DATABASE_SECRET_ARN": "",
        "DATABASE_TLS": "verify-full",
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": "6379",
        "REDIS_TLS": "true",
        "REDIS_SECRET_ARN": "",
        "CACHE_TTL_SECONDS": "60",
        "OPENSEARCH_URL": "http://127.0.0.1:9200",
        "OPENSEARCH_AUTH": "none",
        "AUTH_REQUIRED": "true",
        "SIGN_IN_URL": "",
        "SIGN_IN_CLIENT_ID": "",
        "LANDING_BUCKET": "sales-landing",
        "PROCESSED_BUCKET": "sales-processed",
        "AWS_ENDPOINT_URL": "",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_setting_is_a_variable_of_the_template_and_the_other_way_round(function: str) -> None:
    ours = {name.upper() for name in FUNCTIONS[function].model_fields}
    theirs = {name for name in declared(function) if not name.startswith(READ_WHERE_USED)}
    assert ours == theirs


def test_complete_environment_is_read(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.database_port == 5432
    assert settings.auth_required is True


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_PORT", "port"),
        ("DATABASE_TLS", "require"),
        ("DATABASE_TLS", ""),
        ("REDIS_TLS", "perhaps"),
        ("CACHE_TTL_SECONDS", "0"),
        ("OPENSEARCH_URL", "127.0.0.1:9200"),
        ("OPENSEARCH_AUTH", "basic"),
        ("AUTH_REQUIRED", ""),
        ("PROCESSED_BUCKET", ""),
    ],
)
def test_wrong_variable_is_named(
    environment: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    environment.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable):
        load_settings()


@pytest.mark.parametrize(
    ("url", "client"),
    [
        ("https://pool.example.com", ""),
        ("", "client"),
        ("https://pool.example.com/login", "client"),
        ("https://pool.example.com; script-src *", "client"),
        ("pool.example.com", "client"),
    ],
)
def test_half_a_sign_in_and_what_is_no_origin_is_refused(
    environment: pytest.MonkeyPatch, url: str, client: str
) -> None:
    environment.setenv("SIGN_IN_URL", url)
    environment.setenv("SIGN_IN_CLIENT_ID", client)
    with pytest.raises(SettingsError, match="SIGN_IN_URL"):
        load_settings()


def test_missing_variable_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DATABASE_TLS")
    with pytest.raises(SettingsError, match="DATABASE_TLS"):
        load_settings()


@pytest.fixture
def migration(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    environment.setenv("DATABASE_OWNER_USER", "app")
    environment.setenv("DATABASE_OWNER_PASSWORD", "0wner-value")
    environment.setenv("DATABASE_OWNER_SECRET_ARN", "")
    return environment


def test_owner_is_another_login_of_the_same_database(migration: pytest.MonkeyPatch) -> None:
    settings = load_migration_settings()
    owner = settings.as_owner()
    assert (settings.database_user, owner.database_user) == ("users_api", "app")
    assert owner.database_password.get_secret_value() == "0wner-value"
    assert owner.database_host == settings.database_host


@pytest.mark.parametrize("variable", ["DATABASE_OWNER_USER", "DATABASE_OWNER_SECRET_ARN"])
def test_missing_variable_of_the_owner_is_named(
    migration: pytest.MonkeyPatch, variable: str
) -> None:
    migration.delenv(variable)
    with pytest.raises(SettingsError, match=variable):
        load_migration_settings()


def test_password_of_the_owner_has_one_source(migration: pytest.MonkeyPatch) -> None:
    migration.setenv("DATABASE_OWNER_PASSWORD", "")
    with pytest.raises(SettingsError, match="DATABASE_OWNER_SECRET_ARN"):
        load_migration_settings()


@pytest.mark.parametrize(("password", "arn"), [("", ""), ("s3cret-value", "arn:aws:x")])
def test_password_has_one_source(environment: pytest.MonkeyPatch, password: str, arn: str) -> None:
    environment.setenv("DATABASE_PASSWORD", password)
    environment.setenv("DATABASE_SECRET_ARN", arn)
    with pytest.raises(SettingsError, match="DATABASE_SECRET_ARN") as raised:
        load_settings()
    assert "s3cret" not in str(raised.value)


def test_error_and_representation_hide_the_password(environment: pytest.MonkeyPatch) -> None:
    assert "s3cret" not in repr(load_settings())
    environment.setenv("DATABASE_PORT", "port")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "s3cret" not in f"{raised.value!r} {raised.value.__cause__!r}"
