"""`local logs`: as many of the last lines as were asked for."""

import subprocess
import sys
from pathlib import Path

import pytest


def logs(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "samulator", "logs", *arguments],
        env={"LOCAL_STATE": str(state), "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "redis.log").write_text("one\ntwo\nthree\n")
    return tmp_path


@pytest.mark.parametrize(
    ("lines", "shown"),
    [("0", ""), ("1", "three\n"), ("2", "two\nthree\n"), ("99", "one\ntwo\nthree\n")],
)
def test_the_last_lines_are_shown_and_no_others(state: Path, lines: str, shown: str) -> None:
    assert logs(state, "redis", "-n", lines).stdout == shown


@pytest.mark.parametrize("lines", ["-1", "many"])
def test_what_is_no_number_of_lines_is_refused(state: Path, lines: str) -> None:
    refused = logs(state, "redis", f"--lines={lines}")

    assert refused.returncode == 2
    assert lines in refused.stderr.splitlines()[-1]


def test_where_nothing_has_been_logged_that_is_said(tmp_path: Path) -> None:
    listed = logs(tmp_path)

    assert (listed.returncode, listed.stdout) == (0, "")
    assert listed.stderr == "Nothing has been logged yet; samulator up runs the functions.\n"
