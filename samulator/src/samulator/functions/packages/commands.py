"""Runs the tools that build packages, and turns what they say when they fail into one line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from samulator.functions.interpreters import OWN_RUNTIME

_PIP_ERROR = "ERROR: "


class PackageError(Exception):
    """A package cannot be built; the message is one line that ends with the tool's reason."""


@dataclass(frozen=True)
class Done:
    """How a tool ended and what it wrote to both of its streams."""

    status: int
    output: str

    @property
    def reason(self) -> str:
        """The line that says why it failed: pip's last error, else the last that make did not add.

        Make's own last line only repeats the exit status.
        """
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        errors = [line.removeprefix(_PIP_ERROR) for line in lines if line.startswith(_PIP_ERROR)]
        others = [line for line in lines if not line.startswith(("make:", "[notice]", "WARNING:"))]
        said = errors or others or lines
        return said[-1] if said else f"exit status {self.status}, without a word"


@dataclass(frozen=True)
class Call:
    """One run of a tool in a folder, with `variables` added to the environment."""

    command: Sequence[str]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)


def run(call: Call) -> Done:
    """Run a tool quietly to its end."""
    # The Makefile's `python3` and `pip` are then the stack's own, not whatever comes first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(  # noqa: S603 # nosec B603 # the commands are pip, uv and make
        call.command,
        cwd=call.folder,
        env={**os.environ, "PATH": path, **call.variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Done(done.returncode, done.stdout)


def make(logical_id: str, folder: Path, artifacts: Path, *, runtime: str) -> None:
    """Run the Makefile's build-<logical id> in `folder`, as sam build does.

    Beside sam's ARTIFACTS_DIR the Makefile gets PYTHON_VERSION and, when the function runs on
    the stack's own interpreter, PLATFORM=host: it may then build for this machine. Raises
    PackageError.
    """
    if not (folder / "Makefile").is_file():
        raise PackageError(f"{logical_id}: BuildMethod is makefile but there is no Makefile")
    tool = shutil.which("make")
    if tool is None:
        raise PackageError(f"{logical_id}: BuildMethod is makefile but make is not installed")
    variables = {"ARTIFACTS_DIR": str(artifacts), "PYTHON_VERSION": runtime.removeprefix("python")}
    if runtime == OWN_RUNTIME:
        variables["PLATFORM"] = "host"
    target = f"build-{logical_id}"
    done = run(Call([tool, "--no-print-directory", target], folder, variables))
    if done.status != 0:
        raise PackageError(f"{logical_id}: make {target} failed: {done.reason}")
