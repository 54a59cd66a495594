"""The commands in a terminal, used badly: one line that helps, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testkit.ports import reserve_port
from tests.embedded_stack import COMMAND_SECONDS, ROOT, EmbeddedStack


def run(*arguments: str, state: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m` in a terminal that knows a state folder in which nothing runs."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "LOCAL_STATE": str(state), **variables},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("client.drop", "README.md"),
        ("samulator", "invoke", "UsersApiFunction", "-e", "events/http_status.json"),
        ("samulator", "stop", "redis"),
        ("samulator", "start", "redis"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_without_a_stack_a_command_says_how_to_start_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, state=tmp_path)
    assert result.returncode == 1
    assert result.stderr == f"the stack of {tmp_path} does not run; samulator up starts it\n"


def test_a_variable_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    port = str(reserve_port())
    result = run("client.drop", "README.md", "--key=notes.csv", state=tmp_path, LOCAL_AWS_PORT=port)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}, which LOCAL_AWS_PORT names" in result.stderr


def test_a_variable_beside_the_running_stack_names_both_places(stack: EmbeddedStack) -> None:
    port = str(reserve_port())
    result = run(
        "client.drop", "README.md", "--key=notes.csv", state=stack.state, LOCAL_AWS_PORT=port
    )
    assert result.returncode == 1
    assert f"127.0.0.1:{port}, which LOCAL_AWS_PORT names" in result.stderr
    assert f"is at {stack.aws_url}" in result.stderr


def test_a_service_of_another_name_is_answered_with_the_names(stack: EmbeddedStack) -> None:
    result = stack.run("samulator", "stop", "memcached")
    assert result.returncode == 2
    assert "'aws', 'opensearch', 'postgres', 'redis'" in result.stderr


@pytest.mark.parametrize(
    "command", ["samulator doctor", "samulator events", "samples", "samples /dev/stdout"]
)
def test_output_that_nobody_reads_to_its_end_is_no_error(command: str) -> None:
    result = subprocess.run(
        ["bash", "-c", f'"$0" -m {command} | head -n 1; exit ${{PIPESTATUS[0]}}', sys.executable],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
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
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert (result.returncode, result.stderr) == (1, f"{place}: {reason}\n")


def test_a_state_folder_that_cannot_be_one_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    result = run("samulator", "up", state=file)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"{file}: File exists (the stack's state is in {file}; LOCAL_STATE moves it)\n"
    )
    assert run("samulator", "down", state=file).stdout == "Nothing was running.\n"


def test_reset_leaves_nothing_of_a_killed_stack(tmp_path: Path) -> None:
    for folder in ("postgres", "logs", "requests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").touch()
    for file in ("postgres.password", "aws.json", "running.json"):
        (tmp_path / file).write_text("{}")
    result = run("samulator", "reset", state=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Wiped the data and the logs")
    assert not list(tmp_path.iterdir())


def test_reset_leaves_a_running_stack_alone(stack: EmbeddedStack) -> None:
    result = stack.run("samulator", "reset")
    assert result.returncode == 1
    assert f"the stack is running (pid {stack.process.pid})" in result.stderr
    assert (stack.state / "postgres" / "PG_VERSION").exists()
