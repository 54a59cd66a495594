"""Where interpreters lie on laptops: the search path, and what version managers install."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_SYSTEM = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin")
_HOMEBREW = ("/opt/homebrew/opt", "/usr/local/opt")
_MACOS_FRAMEWORK = "/Library/Frameworks/Python.framework/Versions"


def candidates(version: str) -> Iterator[Path]:
    """Files that may be the interpreter of e.g. version "3.12", likely ones first, none twice.

    A shim of pyenv, asdf or mise comes last: it exists for versions that are not installed too.
    """
    seen: set[Path] = set()
    found = [*_on_path(version), *_of_managers(version)]
    for path in [*(path for path in found if not _is_shim(path)), *filter(_is_shim, found)]:
        if path not in seen and path.is_file():
            seen.add(path)
            yield path


def _on_path(version: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = shutil.which(f"python{version}", path=folder) if folder else None
        if found:
            yield Path(found)


def _of_managers(version: str) -> Iterator[Path]:
    home, name = Path.home(), f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    asdf = Path(os.environ.get("ASDF_DATA_DIR") or home / ".asdf")
    mise = Path(os.environ.get("MISE_DATA_DIR") or data / "mise")
    for folder, pattern in (
        (pyenv / "versions", f"{version}.*"),
        (uv, f"cpython-{version}.*"),
        (asdf / "installs/python", f"{version}.*"),
        (mise / "installs/python", f"{version}.*"),
    ):
        yield from (found / "bin" / name for found in _newest_first(folder, pattern))
    yield from (Path(folder, name) for folder in _SYSTEM)
    yield from (Path(prefix, f"python@{version}", "bin", name) for prefix in _HOMEBREW)
    if sys.platform == "darwin":
        yield Path(_MACOS_FRAMEWORK, version, "bin", name)


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern), key=_patch_number, reverse=True)


def _patch_number(folder: Path) -> int:
    """The last of three numbers, e.g. 13 of "3.10.13" or "cpython-3.10.13-linux-x86_64-gnu"."""
    patch = folder.name.removeprefix("cpython-").split("-")[0].split(".")[-1]
    return int(patch) if patch.isdigit() else -1


def _is_shim(path: Path) -> bool:
    return "shims" in path.parts
