"""What is said of commands is what the reader can type."""

import pytest

from samulator.called import TARGETS, TRACED_BY, command, traced_by


@pytest.mark.parametrize(
    ("verb", "name", "typed"),
    [
        ("up", "", "make up"),
        ("start", "redis", "make start NAME=redis"),
        ("token", "", "samulator token"),
    ],
)
def test_a_makefile_that_names_its_targets_is_what_is_typed(
    monkeypatch: pytest.MonkeyPatch, verb: str, name: str, typed: str
) -> None:
    monkeypatch.setenv(TARGETS, "up start")
    assert command(verb, name) == typed


def test_without_one_it_is_samulator_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TARGETS, raising=False)
    assert (command("up"), command("start", "redis")) == ("samulator up", "samulator start redis")


def test_a_makefile_says_what_has_functions_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRACED_BY, "make up TRACING=on")
    assert traced_by() == "make up TRACING=on traces what it runs"
