"""What an error becomes in the log: on a developer's machine all of it, deployed no value."""

import io
import json

import pytest

from api.errors import DatabaseUnavailable
from api.observability import Failed, describe, get_logger, no_value_leaves

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


def test_deployed_an_entrys_error_leaves_as_its_kinds(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.delenv("LOG_TRACEBACKS", raising=False)
    monkeypatch.setattr(get_logger().registered_handler, "stream", log := io.StringIO())
    with pytest.raises(Failed) as raised, no_value_leaves():
        raise error
    assert str(raised.value) == "builtins.ValueError, caused by builtins.KeyError"
    # What Lambda's runtime would print with it.
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, True)
    assert SECRET not in log.getvalue()
    assert "test_observability.py" in log.getvalue()


def test_deployed_an_entrys_own_error_keeps_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOG_TRACEBACKS", raising=False)
    with pytest.raises(DatabaseUnavailable, match="does not answer"), no_value_leaves():
        raise DatabaseUnavailable("The database does not answer.")


def test_on_a_developers_machine_an_entrys_error_leaves_as_it_is(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setenv("LOG_TRACEBACKS", "true")
    with pytest.raises(ValueError, match=SECRET), no_value_leaves():
        raise error
