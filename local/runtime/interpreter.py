"""Finds the Python that a function's Runtime asks for."""

import shutil
import sys

from local.template.model import TemplateError


def find_interpreter(runtime: str) -> str:
    """Return the path of the interpreter for e.g. "python3.11".

    Raises TemplateError when this machine has none: code that runs on another version than it is
    deployed on would prove nothing.
    """
    if runtime == f"python{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(runtime)
    if found is None:
        raise TemplateError(
            f"Runtime {runtime} is not installed here (the stack runs on {sys.version.split()[0]})"
        )
    return found
