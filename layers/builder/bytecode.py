"""Compiles a tree so that Lambda uses the bytecode as it is."""

import os
import subprocess
from pathlib import Path

from .target import BuildError


def compile_tree(directory: Path, interpreter: str, root: str) -> None:
    """Write .pyc files that are never checked against their source, for use below `root`.

    Deployment archives carry 1980 as every file's time, so bytecode checked by time is thrown away
    and compiled again on each cold start. The same source gives the same bytes.
    """
    command = [
        *(interpreter, "-m", "compileall", "-q", "-f", "-j", "0"),
        *("--invalidation-mode", "unchecked-hash"),
        *("-s", str(directory), "-p", root, str(directory)),
    ]
    # The order of a set of names in bytecode follows the hash seed.
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    result = subprocess.run(  # nosec B603 # arguments of our own making
        command, env=environment, capture_output=True, text=True
    )
    if result.returncode != 0:
        raise BuildError(f"cannot compile {directory}:\n{result.stdout}{result.stderr}")
