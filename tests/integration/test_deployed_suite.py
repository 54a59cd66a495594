"""The suite for what was deployed holds on the stack of this machine, with a real token."""

import os
import subprocess
import sys

import pytest

from tests.embedded_stack import COMMAND_SECONDS, ROOT, EmbeddedStack

SCOPES = "users:read users:write datasets:read datasets:write"


def run_suite(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: text for name, text in os.environ.items() if name not in ("URL", "STACK")}
    return subprocess.run(
        [sys.executable, "-m", "tests.deployed", "-q", *options],
        cwd=ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )


@pytest.mark.parametrize(
    "part",
    ["tests/deployed/test_answers.py", pytest.param("tests/deployed", marks=pytest.mark.long)],
)
def test_the_suite_passes_over_http_with_a_token(stack: EmbeddedStack, part: str) -> None:
    token = stack.run("samulator", "token", "--scope", SCOPES).stdout.strip()
    done = run_suite(part, URL=stack.url, TOKEN=token)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_suite_fails_where_nothing_answers() -> None:
    done = run_suite("--exitfirst", "tests/deployed", URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "ConnectError" in done.stdout


def test_the_suite_says_what_it_needs() -> None:
    done = run_suite()
    assert done.returncode == 1
    assert "usage: make test-deployed URL=" in done.stdout + done.stderr
