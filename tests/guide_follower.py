"""Somebody who follows docs/guide.md in a copy of this repository."""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from requirements.lists import stale, stamp
from samulator.control.project import open_project
from samulator.functions.interpreters import choose_runtimes
from samulator.functions.packages import Packages
from samulator.template.load import load_application
from tests.embedded_stack import ROOT, EmbeddedStack, on_the_ports_of, start_stack
from tests.guide import Commands
from tests.project_copy import copy_project

# On a busy machine; each step takes a moment on an idle one.
SEEN_SECONDS = 240.0
_BEING_BUILT = shutil.ignore_patterns(".unfinished-*", ".lock")
# Built by the guide's own dependency, from an index that need not be there the next time.
_OWN_PACKAGE = "ReceiptsFunction-*"


def clone_into(root: Path) -> Path:
    """This repository as it is, set up: what make installs and builds is there."""
    copy_project(root)
    project = open_project(ROOT)
    application = load_application(project.template, environment=project.environment)
    Packages(
        choose_runtimes(application),
        state=project.builds,
    ).build()
    shutil.copytree(
        project.builds / "packages",
        root / ".samulator" / "packages",
        copy_function=_link_or_copy,
        ignore=_BEING_BUILT,
        symlinks=True,
    )
    # Its own, or make would install into the user's what is for the copy: the guide's dependency,
    # and the emulator of the copy in the place of the user's.
    (root / ".venv").unlink(missing_ok=True)
    (root / ".venv").mkdir()
    shutil.copy2(Path(sys.prefix) / "pyvenv.cfg", root / ".venv")
    for part in ("bin", "lib"):
        shutil.copytree(
            Path(sys.prefix) / part,
            root / ".venv" / part,
            copy_function=_link_or_copy,
            symlinks=True,
        )
    _set_up(root)
    return root


@dataclass
class Follower:
    """Works in `clone` with the stack that `command` starts; `packages` outlive the run."""

    clone: Path
    packages: Path
    command: str = "up"
    stack: EmbeddedStack | None = field(default=None, init=False)

    def run(self, step: Commands) -> None:
        """Until what the guide promises is seen; raises AssertionError."""
        if step.text.startswith("make up"):
            self._start()
            return
        if step.text.startswith("make lock") and not os.environ.get("GUIDE_LOCKS"):
            self._lock()
            return
        deadline = time.monotonic() + SEEN_SECONDS
        while missing := self._missing(step):
            assert time.monotonic() < deadline, missing + self._terminal()
            time.sleep(0.2)

    def stop(self) -> None:
        if self.stack is not None:
            assert self.stack.interrupt() == 0, self.stack.output.read_text()

    def _missing(self, step: Commands) -> str:
        """What was printed, unless all that the guide promises is in it."""
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self._typed(step)],
            cwd=self.clone,
            env=self.stack.environment if self.stack else _outside_of_make(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        shown = result.stdout + result.stderr
        seen = result.returncode == 0 and all(line in shown for line in step.output)
        return "" if seen else f"{step.text}\n{result.returncode}\n{shown}"

    def _terminal(self) -> str:
        return self.stack.output.read_text() if self.stack else ""

    def _typed(self, step: Commands) -> str:
        return on_the_ports_of(self.stack, step.text) if self.stack else step.text

    def _start(self) -> None:
        built = self.clone / ".samulator" / "packages"
        for path in self.packages.glob(_OWN_PACKAGE):
            shutil.copytree(path, built / path.name)
        self.stack = start_stack(self.clone.parent / "state", root=self.clone, command=self.command)
        for path in built.glob(_OWN_PACKAGE):
            shutil.copytree(path, self.packages / path.name, dirs_exist_ok=True)

    def _lock(self) -> None:
        """Without an index: the versions that this repository's own lock has (see .ci/run)."""
        assert stale(self.clone) == [
            *("requirements/bench.in", "requirements/dev.in"),
            "functions/receipts/requirements.in",
        ]
        locked = (self.clone / "requirements" / "dev.txt").read_text()
        blocks = [
            re.search(rf"^{name}==.*?(?=^[a-z]|\Z)", locked, flags=re.MULTILINE | re.DOTALL)
            for name in ("jinja2", "markupsafe")
        ]
        lock = self.clone / "functions" / "receipts" / "requirements.txt"
        lock.write_text("".join(block[0] for block in blocks if block))
        stamp(self.clone)
        _set_up(self.clone)


def _set_up(clone: Path) -> None:
    """What make notes when everything is installed."""
    for name in ("local.stamp", "dev.stamp"):
        (clone / ".venv" / name).touch()


def _link_or_copy(source: str, target: str) -> None:
    """Another disk, or another user's files, cannot be linked to."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _outside_of_make() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
