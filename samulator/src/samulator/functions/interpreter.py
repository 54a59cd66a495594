"""Finds the Python that a function's Runtime asks for."""

import shutil
import sys
from dataclasses import replace

from samulator.template.model import Application, TemplateError

OWN_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


def find_interpreter(runtime: str) -> str:
    """Return the path of the interpreter for e.g. "python3.11".

    Raises TemplateError when this machine has none.
    """
    found = sys.executable if runtime == OWN_RUNTIME else shutil.which(runtime)
    if found is None:
        raise TemplateError(f"Runtime {runtime} is not installed here")
    return found


def with_installed_runtimes(application: Application) -> Application:
    """Return the application with runtimes that this machine lacks replaced by the stack's own.

    Each is a warning: what runs here is then not the version that is deployed.
    """
    wanted = {function.runtime for function in application.functions.values()}
    missing = {name for name in wanted if name != OWN_RUNTIME and shutil.which(name) is None}
    functions = {
        name: replace(function, runtime=OWN_RUNTIME) if function.runtime in missing else function
        for name, function in application.functions.items()
    }
    warnings = [
        f"{name} is not installed here: its functions run on {OWN_RUNTIME} instead"
        for name in sorted(missing)
    ]
    return replace(application, functions=functions, warnings=(*application.warnings, *warnings))
