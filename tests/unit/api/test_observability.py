"""What an error becomes in the log: on a developer's machine all of it, deployed no value."""

import json

import pytest

from api.observability import describe

SECRET = "ada@example.com s3cr3t"


@pytest.fixture
def error() -> Exception:
    """One with a cause, each quoting what nobody may read in a deployed log."""
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(f"no such user: {SECRET}") from cause
    except ValueError as error:
        return error


@pytest.mark.parametrize("value", [None, "", "false", "0", "True ", "yes", "1"])
def test_deployed_an_error_is_its_kinds_and_places_alone(
    monkeypatch: pytest.MonkeyPatch, error: Exception, value: str | None
) -> None:
    monkeypatch.delenv("LOG_TRACEBACKS", raising=False)
    if value is not None:
        monkeypatch.setenv("LOG_TRACEBACKS", value)
    described = describe(error)
    assert described["error"] == ["builtins.ValueError", "builtins.KeyError"]
    assert "test_observability.py" in str(described["places"])
    assert SECRET not in json.dumps(described)
    assert "traceback" not in described


def test_on_a_developers_machine_an_error_is_its_whole_traceback(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setenv("LOG_TRACEBACKS", "true")
    text = str(describe(error)["traceback"])
    assert text.startswith("Traceback (most recent call last):")
    assert text.endswith(f"ValueError: no such user: {SECRET}")
    assert f"KeyError: '{SECRET}'" in text
    assert 'raise ValueError(f"no such user: {SECRET}") from cause' in text
