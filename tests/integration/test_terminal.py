"""The commands in a terminal, used badly: one line that helps, never a traceback."""

import subprocess
import sys

import pytest

from tests.embedded_stack import ROOT


@pytest.mark.parametrize(
    "command", ["local doctor", "local events", "samples", "samples /dev/stdout"]
)
def test_output_that_nobody_reads_to_its_end_is_no_error(command: str) -> None:
    result = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m {command} | head -n 1; exit ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "reason"),
    [("/nonexist/x.csv", "No such file or directory"), ("/dev/full", "No space left on device")],
)
def test_a_sample_that_cannot_be_written_is_one_line(place: str, reason: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "samples", place],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (1, f"{place}: {reason}\n")
