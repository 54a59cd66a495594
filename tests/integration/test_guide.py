"""docs/guide.md followed word by word, in a copy of this repository, on one embedded stack."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.packages import Packages
from local.project import open_project
from local.runtime.interpreter import with_installed_runtimes
from local.template.load import load_application
from requirements.lists import stale, stamp
from tests.embedded_stack import ROOT, EmbeddedStack, on_the_ports_of, start_stack
from tests.guide import Commands, steps
from tests.project_copy import copy_project

SEEN_SECONDS = 60.0
BEING_BUILT = shutil.ignore_patterns(".unfinished-*", ".lock")
# Built by the guide's own dependency, from an index that need not be there the next time.
OWN_PACKAGE = "ReceiptsFunction-*"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """This repository as it is, set up: what make installs and builds is there."""
    root = copy_project(tmp_path / "clone")
    project = open_project(ROOT)
    application = load_application(project.template, environment=project.environment)
    Packages(
        with_installed_runtimes(application),
        state=project.builds,
        runtime_requirements=project.runtime_requirements,
    ).build()
    built = root / ".local" / "packages"
    shutil.copytree(
        project.builds / "packages", built, copy_function=os.link, ignore=BEING_BUILT, symlinks=True
    )
    # Its own, or make would note in the user's what it did for the copy.
    (root / ".venv").unlink(missing_ok=True)
    (root / ".venv").mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (root / ".venv" / part).symlink_to(Path(sys.prefix) / part)
    set_up(root)
    return root


def set_up(clone: Path) -> None:
    """What make notes when everything is installed."""
    for name in ("local.stamp", "dev.stamp"):
        (clone / ".venv" / name).touch()


def _outside_of_make() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}


class Follower:
    """Somebody who does what the guide says."""

    def __init__(self, clone: Path, packages: Path) -> None:
        self._clone = clone
        self._packages = packages
        self._stack: EmbeddedStack | None = None

    def run(self, step: Commands) -> None:
        does: dict[str, Callable[[], None]] = {"make up": self._start, "make lock": self._lock}
        special = does.get(" ".join(step.text.split()[:2]))
        if special is not None and not (special == self._lock and os.environ.get("GUIDE_LOCKS")):
            special()
            return
        deadline = time.monotonic() + SEEN_SECONDS
        while missing := self._missing(step):
            assert time.monotonic() < deadline, missing
            time.sleep(0.2)

    def stop(self) -> None:
        if self._stack is not None:
            assert self._stack.interrupt() == 0, self._stack.output.read_text()

    def _missing(self, step: Commands) -> str:
        """What was printed, unless all that the guide promises is in it."""
        typed = on_the_ports_of(self._stack, step.text) if self._stack else step.text
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", typed],
            cwd=self._clone,
            env=self._stack.environment if self._stack else _outside_of_make(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        shown = result.stdout + result.stderr
        seen = result.returncode == 0 and all(line in shown for line in step.output)
        return "" if seen else f"{step.text}\n{result.returncode}\n{shown}"

    def _start(self) -> None:
        built = self._clone / ".local" / "packages"
        for path in self._packages.glob(OWN_PACKAGE):
            shutil.copytree(path, built / path.name)
        self._stack = start_stack(self._clone.parent / "state", root=self._clone)
        for path in built.glob(OWN_PACKAGE):
            shutil.copytree(path, self._packages / path.name, dirs_exist_ok=True)

    def _lock(self) -> None:
        """Without an index: the versions that this repository's own lock has (see .ci/run)."""
        assert stale(self._clone) == ["requirements/dev.in", "functions/receipts/requirements.in"]
        locked = (self._clone / "requirements" / "dev.txt").read_text()
        blocks = [
            re.search(rf"^{name}==.*?(?=^[a-z]|\Z)", locked, flags=re.MULTILINE | re.DOTALL)
            for name in ("jinja2", "markupsafe")
        ]
        lock = self._clone / "functions" / "receipts" / "requirements.txt"
        lock.write_text("".join(block[0] for block in blocks if block))
        stamp(self._clone)
        set_up(self._clone)


@pytest.fixture
def follower(clone: Path, pytestconfig: pytest.Config) -> Iterator[Follower]:
    somebody = Follower(clone, pytestconfig.cache.mkdir("guide"))
    yield somebody
    somebody.stop()


def test_the_guide_works_word_by_word(clone: Path, follower: Follower) -> None:
    done = [*steps()]
    for step in done:
        if isinstance(step, Commands):
            follower.run(step)
        else:
            step.apply(clone)
    assert sum(isinstance(step, Commands) for step in done) == 7
    assert stale(clone) == []
    paths = {step.path for step in done if not isinstance(step, Commands)}
    code = sorted(path for path in paths if path.endswith(".py"))
    for command in (["check"], ["format", "--check"]):
        result = subprocess.run(
            [clone / ".venv/bin/ruff", *command, *code],
            cwd=clone,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout
