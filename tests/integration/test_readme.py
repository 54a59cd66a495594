"""Every command of the README works as it stands there."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from samulator.servers.ports import Ports
from testkit.http_calls import HttpCaller
from testkit.timing import wait_until
from tests.embedded_stack import COMMAND_SECONDS, ROOT, EmbeddedStack, on_the_ports_of
from tests.project_copy import copy_project

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
# These are the life of the stack and of the tests themselves; .ci/run and test_front_door run them.
RUN_ELSEWHERE = ("make up", "make test")

REFUSED = re.compile(r'"status": ?[45]\d\d|^{"message":|^HTTP/1.1 [45]', flags=re.MULTILINE)
# What the README says the commands do.
PROMISED = (
    '"status":"running"',
    '"name":"Ada Lovelace"',
    "x-cache: miss",
    '"degraded":false',
    "4680",
    '"name":"raw"',
)


# The API waits for neither of these for long: on a busy machine the next try shows them.
AT_SPEED = ("x-cache: miss", '"degraded":false')


def commands_to_run() -> list[str]:
    return [block for block in BLOCKS if not block.startswith(RUN_ELSEWHERE)]


def test_the_commands_of_the_readme_work_in_its_order(stack: EmbeddedStack, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    printed: list[str] = []

    def run(block: str) -> None:
        if "ada@example.com" in block:
            # Other tests know her too.
            HttpCaller(stack.url)("DELETE", "/users/ada@example.com")
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", on_the_ports_of(stack, block)],
            cwd=project,
            env=stack.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert result.returncode == 0, (block, result.stdout, result.stderr)
        assert not REFUSED.search(result.stdout), (block, result.stdout)
        printed.append(result.stdout)

    def has_printed(promised: Iterable[str]) -> bool:
        return all(any(text in output for output in printed) for text in promised)

    for block in commands_to_run():
        run(block)
    (users,) = [block for block in commands_to_run() if "curl -i" in block]
    wait_until(lambda: has_printed(AT_SPEED) or run(users))
    for promised in PROMISED:
        assert has_printed([promised]), promised


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)", README))))
def test_each_make_target_of_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_each_file_the_readme_points_to_exists(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_ports_of_the_readme_are_the_defaults() -> None:
    table = dict(re.findall(r"127\.0\.0\.1:(\d+) \| `LOCAL_(\w+)_PORT`", README))
    assert {int(port): name.lower() for port, name in table.items()} == {
        port: name for name, port in Ports().items()
    }


def test_each_folder_of_the_readme_exists() -> None:
    listing = README.split("## Where things are")[1]
    for name in re.findall(r"^([a-z_/]+(?:\.\w+)?)\s{2,}", listing, flags=re.MULTILINE):
        assert Path(ROOT / name).exists(), name
