"""The first `make` on a machine whose Python cannot do it says what to install, in one sentence."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from testkit.timing import LONG_SECONDS

ROOT = Path(__file__).parents[3]
# What the Makefile and its scripts call, for a PATH without this machine's own Pythons.
TOOLS = ("awk", "dirname", "make", "rm", "sh", "tail", "touch", "uname")


class Machine:
    """A PATH with nothing on it but tools and the Pythons put there, and a project not set up."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.project = folder / "project"
        self.project.mkdir()
        for path in ROOT.iterdir():
            if not path.name.startswith("."):
                (self.project / path.name).symlink_to(path)
        self.venv = self.project / ".venv"
        for tool in TOOLS:
            (self.bin / tool).symlink_to(Path(shutil.which(tool) or "missing"))

    def install(self, name: str, script: str) -> Path:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "make", *arguments],
            cwd=self.project,
            env={"PATH": str(self.bin), "HOME": os.environ.get("HOME", "/"), **variables},
            capture_output=True,
            text=True,
            timeout=LONG_SECONDS,
            check=False,
        )

    def complaint(self, *arguments: str, **variables: str) -> str:
        """What a `make` that fails says, without make's own line about it."""
        result = self.make(*arguments, **variables)
        assert result.returncode == 2, result.stdout
        said = result.stderr.splitlines()
        (sentence,) = [line for line in said if not line.startswith("make")]
        assert not result.stdout, result.stdout
        return sentence


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def a_python_that_lacks(module: str, folder: Path) -> str:
    """This interpreter, where importing `module` fails as where a distribution splits it off."""
    (folder / f"{module}.py").write_text(f"raise ModuleNotFoundError('No module named {module!r}')")
    return f'PYTHONPATH="{folder}" exec "{sys.executable}" "$@"'


@pytest.mark.parametrize("target", ["up", "test", "sample", "doctor"])
@pytest.mark.parametrize("version", ["3.10.13", "3.6.8", "2.7.18"])
def test_a_python_that_is_too_old_is_named_with_what_to_install(
    machine: Machine, version: str, target: str
) -> None:
    machine.install("python3", f"echo {version}")
    said = machine.complaint(target)
    assert said.startswith(f"Python 3.11 or newer is needed and python3 is {version}: install one")
    assert not machine.venv.exists()


def test_without_any_python_make_says_what_to_install(machine: Machine) -> None:
    said = machine.complaint("up")
    assert said.startswith("Python 3.11 or newer is needed and no python3 runs here: install one")


def test_a_python_that_is_named_is_the_only_one_looked_at(machine: Machine) -> None:
    machine.install("python3.11", f'exec "{sys.executable}" "$@"')
    old = machine.install("python3.10", "echo 3.10.13")
    said = machine.complaint("up", f"PYTHON={old}")
    assert f"{old} is 3.10.13" in said


def test_a_new_python_is_found_beside_an_old_one_and_one_that_does_not_run(
    machine: Machine,
) -> None:
    machine.install("python3.11", "echo 'pyenv: python3.11: command not found' >&2; exit 127")
    machine.install("python3.12", "echo 3.12.1")
    machine.install("python3", "echo 3.10.13")
    result = subprocess.run(
        ["/bin/sh", ROOT / "requirements/find_python.sh", ""],
        env={"PATH": str(machine.bin)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (result.stdout, result.stderr) == ("python3.12\n", "")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_a_part_of_itself_is_named_with_the_package_to_install(
    machine: Machine, tmp_path: Path, module: str
) -> None:
    machine.install("python3.11", a_python_that_lacks(module, tmp_path))
    said = machine.complaint("up")
    assert said.startswith(f"python3.11 has no module {module}, which makes virtual environments:")
    assert "apt install python3-venv" in said
    assert not machine.venv.exists()


def test_an_environment_without_pip_is_told_to_be_removed(machine: Machine) -> None:
    venv.create(machine.venv, with_pip=False, symlinks=True)
    assert machine.complaint("up") == (
        ".venv has no pip: remove it with rm -rf .venv, and the next make makes it anew"
    )


@pytest.mark.parametrize("version", ["22.2.2", "21.3.1", "9.0"])
def test_a_pip_that_is_too_old_is_named_with_its_remedy(machine: Machine, version: str) -> None:
    venv.create(machine.venv, with_pip=False, symlinks=True)
    (packages,) = machine.venv.glob("lib/python*/site-packages")
    (packages / "pip").mkdir()
    (packages / "pip" / "__init__.py").write_text(f"__version__ = {version!r}\n")
    said = machine.complaint("up")
    assert said.startswith(f"pip {version} in .venv is too old, 22.3 or newer is needed")
    assert said.endswith(".venv/bin/python -m pip install --upgrade pip")


def test_an_environment_of_an_old_python_is_told_to_be_removed(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    old = machine.install("python3", "echo 3.10.13")
    (machine.venv / "bin" / "python").symlink_to(old)
    said = machine.complaint("up")
    assert "remove it with rm -rf .venv" in said


def test_an_environment_whose_python_is_gone_is_told_to_be_removed(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    (machine.venv / "bin" / "python").symlink_to(machine.bin / "gone")
    (machine.venv / "local.stamp").touch()
    said = machine.complaint("up")
    assert ".venv has no Python 3.11 or newer, or it is not there any more" in said
