"""Installs the wheels of a hash lock into a directory."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from .target import BuildError, Target

# Written by pip about this machine and this installation, or wrong once the layer is slimmed.
INSTALLATION_RECORDS = (
    "bin",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
)


# Lambda chooses the patch release, and it is not this machine's: what any patch release of the
# runtime needs is installed.
PATCH_RELEASE = re.compile(r"python_full_version ([<>])=? '(\d+\.\d+)\.\d+'")
ANY_PATCH_RELEASE = r"python_version \1= '\2'"


def install(lock: Path, directory: Path, target: Target, without: Collection[str] = ()) -> None:
    """Install what `lock` names, hashes checked, into `directory`, leaving out `without`.

    Raises BuildError with pip's own words if a wheel is missing or its hash differs.
    """
    with tempfile.TemporaryDirectory() as scratch:
        requirements = Path(scratch, "requirements.txt")
        lines = "".join(_without(lock.read_text(), without))
        requirements.write_text(PATCH_RELEASE.sub(ANY_PATCH_RELEASE, lines))
        # pip reads environment markers from the interpreter it runs in, hence --python.
        command = [
            *(sys.executable, "-m", "pip", "--python", target.interpreter),
            *("install", "--quiet", "--disable-pip-version-check", "--no-compile"),
            *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
            *("--target", str(directory), "--requirement", str(requirements)),
            *target.pip_options(),
        ]
        result = subprocess.run(  # nosec B603 # arguments of our own making
            command, capture_output=True, text=True
        )
    if result.returncode != 0:
        raise BuildError(f"pip could not install {lock}:\n{result.stderr.strip()}")


def _without(lock: str, names: Collection[str]) -> Iterator[str]:
    """Lines of a lock without the entries of `names`; an entry goes on over its indented lines."""
    keep, left = True, set(names)
    for line in lock.splitlines(keepends=True):
        if not line.startswith((" ", "\t", "#")):
            name = line.split("==")[0].strip()
            keep = name not in names
            left.discard(name)
        if keep:
            yield line
    if left:
        raise BuildError(f"layer.toml leaves out what the lock does not contain: {sorted(left)}")
