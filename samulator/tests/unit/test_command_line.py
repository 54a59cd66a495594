"""What `samulator` says of itself."""

from importlib.metadata import version

import pytest

from samulator.__main__ import main


def said(option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr("sys.argv", ["samulator", option])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_the_version_is_that_of_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said("--version", monkeypatch, capsys) == f"samulator {version('samulator')}\n"


def test_the_help_names_the_command_as_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said("--help", monkeypatch, capsys).startswith("usage: samulator ")
