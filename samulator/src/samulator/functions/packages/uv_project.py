"""What BuildMethod python-uv installs: the project's lock where uv can read it."""

import shutil
import tomllib
from pathlib import Path

from samulator.functions.packages.commands import Call, PackageError, run
from samulator.functions.packages.requirements import REQUIREMENTS, project_dependencies

_EXPORT = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes")


def locked_requirements(name: str, folder: Path, scratch: Path) -> tuple[str, ...]:
    """Return pip's arguments for a project; a list may be written into `scratch`.

    Its uv.lock comes first, then requirements.txt, then what pyproject.toml depends on. Raises
    PackageError.
    """
    uv = shutil.which("uv")
    if (folder / "uv.lock").is_file() and uv is not None:
        exported = scratch / "exported.txt"
        done = run(Call([uv, *_EXPORT, "--output-file", str(exported)], folder))
        if done.status != 0:
            raise PackageError(f"{name}: uv export failed in {folder}: {done.reason}")
        return ("--requirement", str(exported))
    if (folder / REQUIREMENTS).is_file():
        return ("--requirement", REQUIREMENTS)
    try:
        dependencies = project_dependencies(folder)
    except tomllib.TOMLDecodeError as error:
        raise PackageError(f"{name}: {folder / 'pyproject.toml'}: {error}") from error
    if not (folder / "pyproject.toml").is_file():
        raise PackageError(f"{name}: BuildMethod python-uv but no pyproject.toml in {folder}")
    return tuple(dependencies)
