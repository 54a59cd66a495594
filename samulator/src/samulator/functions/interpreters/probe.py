"""Finds the Python that a Runtime asks for by running what may be it."""

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from samulator.functions.interpreters.places import candidates
from samulator.template.model import TemplateError

OWN_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
# A shim that starts a version manager takes its time; what takes longer answers nothing.
_PROBE_SECONDS = 10
# Free-threaded and debug builds load no ordinary wheel: their flags are "t" and "d".
_QUESTION = "import sys; print(sys.implementation.name, *sys.version_info[:2], sys.abiflags or '-')"


def find_interpreter(runtime: str) -> str:
    """Return the path of the interpreter for e.g. "python3.11", which was run to find out.

    Raises TemplateError when this machine has none.
    """
    found = installed(runtime)
    if found is None:
        raise TemplateError(f"Runtime {runtime} is not installed here")
    return found


@cache
def installed(runtime: str) -> str | None:
    """Return the path of the interpreter for a runtime, None where there is none.

    The stack's own costs nothing; any other is run once in the life of this process.
    """
    if runtime == OWN_RUNTIME:
        return sys.executable
    version = runtime.removeprefix("python")
    return next((str(path) for path in candidates(version) if _answers(path, version)), None)


def probe(runtimes: Iterable[str]) -> dict[str, str | None]:
    """What `installed` says of each; they are run at the same time."""
    wanted = [*dict.fromkeys(runtimes)]
    if not wanted:
        return {}
    with ThreadPoolExecutor(len(wanted), "interpreters") as pool:
        return dict(zip(wanted, pool.map(installed, wanted), strict=True))


def _answers(path: Path, version: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 # nosec B603 # an interpreter of this machine
            [path, "-I", "-S", "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(Path.home())},
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.split() == ["cpython", *version.split("."), "-"]
