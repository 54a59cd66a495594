"""Installs requirements into a folder, for any interpreter of this machine."""

import importlib.util
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.interpreters import OWN_RUNTIME, find_interpreter
from samulator.functions.packages.commands import Call, Done, PackageError, run

_PIP = ("-m", "pip")
# What is imported is compiled by the first worker: most of a package never is.
_QUIET = (
    *("--quiet", "--no-input", "--no-compile"),
    *("--disable-pip-version-check", "--root-user-action=ignore"),
)
# awslambdaric has wheels for Linux only; its Python part is all that other systems need.
_LINUX_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64")
_TOO_NEW = "does not support python"
_NO_PIP = "No module named pip"
# Settings of the user that no installation into a folder can follow.
_VARIABLES = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


@dataclass(frozen=True)
class Wanted:
    """What is installed: pip's arguments, the folder that they are relative to, and its name.

    `linux_wheels` takes wheels built for Linux, whatever this machine runs.
    """

    arguments: Sequence[str]
    folder: Path
    name: str
    linux_wheels: bool = False


def install(wanted: Wanted, target: Path, *, runtime: str) -> None:
    """Install into `target` what a function on `runtime`, e.g. "python3.11", can import.

    Builds from source what has no wheel, as sam build; but not where pip is too new for the
    interpreter. Raises PackageError with pip's reason.
    """
    done = _install(wanted, target, runtime)
    if done.status != 0:
        raise PackageError(f"{wanted.name}: pip failed for {runtime}: {done.reason}")


def _install(wanted: Wanted, target: Path, runtime: str) -> Done:
    arguments = ["--target", str(target), *wanted.arguments]
    if importlib.util.find_spec("pip") is None:
        return _without_pip(arguments, wanted.folder, runtime)
    pip = [sys.executable, *_PIP]
    if wanted.linux_wheels:
        words = [word for name in _LINUX_PLATFORMS for word in ("--platform", name)]
        return _pip([*pip, "install", *words, *_wheels_for(runtime), *arguments], wanted.folder)
    if runtime == OWN_RUNTIME:
        return _pip([*pip, "install", *arguments], wanted.folder)
    there = [*pip, "--python", find_interpreter(runtime), "install", *arguments]
    done = _pip(there, wanted.folder)
    if done.status != 0 and _TOO_NEW in done.output:
        return _without_new_pip(pip, arguments, wanted.folder, runtime)
    return done


def _without_new_pip(
    pip: Sequence[str], arguments: Sequence[str], folder: Path, runtime: str
) -> Done:
    """The pip of an old interpreter is as old, and reads markers as that interpreter does.

    Where it has none, wheels are taken by ours, which takes markers to be about itself.
    """
    own = _pip([find_interpreter(runtime), *_PIP, "install", *arguments], folder)
    if own.status == 0 or _NO_PIP not in own.output:
        return own
    return _pip([*pip, "install", *_wheels_for(runtime), *arguments], folder)


def _pip(command: Sequence[str], folder: Path) -> Done:
    return run(Call([*command, *_QUIET], folder, _VARIABLES))


def _wheels_for(runtime: str) -> list[str]:
    return ["--python-version", runtime.removeprefix("python"), "--only-binary=:all:"]


def _without_pip(arguments: Sequence[str], folder: Path, runtime: str) -> Done:
    """An environment that uv made has no pip: then uv is there."""
    uv = shutil.which("uv")
    if uv is None:
        raise PackageError(
            f"pip is missing beside {sys.executable}: python -m ensurepip installs it"
        )
    interpreter = find_interpreter(runtime)
    command = [uv, "pip", "install", "--quiet", "--python", interpreter, *arguments]
    return run(Call(command, folder))
