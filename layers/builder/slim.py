"""Removes from an installed tree what no function of the layer ever loads."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .target import BuildError

# Every wheel: tests, and what is only for people and compilers.
NEVER_LOADED = (
    "**/tests",
    "**/conftest.py",
    "**/__pycache__",
    "*.dist-info/sboms",
    "botocore/data/*/*/examples-1.json",
    *(f"**/*.{suffix}" for suffix in ("pyi", "pyx", "pxd", "pxi", "c", "cpp", "h", "hpp", "a")),
)


def remove(directory: Path, patterns: Iterable[str]) -> None:
    """Delete the files and directories under `directory` that match any of the glob `patterns`."""
    for pattern in patterns:
        for path in sorted(directory.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def keep_services(directory: Path, services: Iterable[str]) -> None:
    """Leave the descriptions of these AWS services only in botocore and boto3, of 443."""
    kept = set(services)
    data = directory / "botocore" / "data"
    if not kept and not data.is_dir():
        return
    if missing := sorted(name for name in kept if not (data / name).is_dir()):
        raise BuildError(f"layer.toml keeps AWS services that botocore does not know: {missing}")
    for root in (data, directory / "boto3" / "data"):
        for path in root.iterdir():
            if path.is_dir() and path.name not in kept:
                shutil.rmtree(path)


def strip_symbols(directory: Path, packages: Iterable[str], command: str) -> None:
    """Drop debug and local symbols from the shared libraries of `packages`.

    Packages are named one by one: numpy.libs does not load any more once stripped.
    """
    libraries = [
        str(path) for package in packages for path in sorted((directory / package).rglob("*.so*"))
    ]
    if libraries:
        subprocess.run(  # nosec B603 # arguments of our own making
            [command, "--strip-unneeded", *libraries], check=True
        )
