"""Runs pip and make, and turns what they say when they fail into one error."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_LINES_SHOWN = 15
# awslambdaric has wheels for Linux only; its Python part is all that other systems need.
_LINUX_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64")


class PackageError(Exception):
    """A layer or list of requirements cannot be built; the message ends with the tool's output."""


def pip_install(
    requirements: Path, target: Path, *, runtime: str, linux_wheels: bool = False
) -> None:
    """Install a requirements file into `target` for `runtime`, e.g. "python3.11".

    `linux_wheels` takes wheels built for Linux, whatever this machine runs.
    """
    version = runtime.removeprefix("python")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--root-user-action=ignore"]
    command += ["--target", str(target), "--requirement", str(requirements.resolve())]
    if linux_wheels:
        command += [word for name in _LINUX_PLATFORMS for word in ("--platform", name)]
    if linux_wheels or version != current_version():
        command += ["--python-version", version, "--only-binary=:all:"]
    run(command, cwd=requirements.parent, what=f"pip install -r {requirements}")


def make_layer(logical_id: str, folder: Path, artifacts: Path, *, runtime: str) -> None:
    """Run the Makefile's build-<logical id> in `folder`, as sam build does.

    Beside sam's ARTIFACTS_DIR the Makefile gets PYTHON_VERSION and, when the function runs on
    the stack's own interpreter, PLATFORM=host: it may then build for this machine.
    """
    if not (folder / "Makefile").is_file():
        raise PackageError(f"{logical_id}: BuildMethod is makefile but there is no Makefile")
    make = shutil.which("make")
    if make is None:
        raise PackageError(f"{logical_id}: BuildMethod is makefile but make is not installed")
    target = f"build-{logical_id}"
    version = runtime.removeprefix("python")
    variables = {"ARTIFACTS_DIR": str(artifacts), "PYTHON_VERSION": version}
    if version == current_version():
        variables["PLATFORM"] = "host"
    run([make, "--no-print-directory", target], cwd=folder, what=target, variables=variables)


def run(
    command: Sequence[str], *, cwd: Path, what: str, variables: Mapping[str, str] | None = None
) -> None:
    """Run a tool quietly. Raises PackageError with the end of its output."""
    # The Makefile's `python3` and `pip` are then the stack's own, not whatever comes first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {**os.environ, "PATH": path, **(variables or {})}
    done = subprocess.run(  # noqa: S603 # nosec B603 # the commands are the ones above
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-_LINES_SHOWN:])
        raise PackageError(f"{what} failed with exit status {done.returncode}:\n{tail}")


def current_version() -> str:
    """Return the version of the interpreter that runs the stack, e.g. "3.11"."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
