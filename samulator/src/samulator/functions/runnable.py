"""Makes of what a template declares what this machine can run."""

from dataclasses import replace

from samulator.functions.bootstrap import LEFT_OUT
from samulator.functions.interpreters import choose_runtimes
from samulator.functions.packages.image import with_images
from samulator.functions.packages.remarks import left_out, remarks
from samulator.template.model import Application, Function


def runnable(application: Application) -> Application:
    """Return the application as its functions run here, with a warning for each difference."""
    chosen = choose_runtimes(with_images(application))
    functions = {name: _knowing(each, chosen) for name, each in chosen.functions.items()}
    return replace(chosen, functions=functions, warnings=(*chosen.warnings, *remarks(chosen)))


def _knowing(function: Function, application: Application) -> Function:
    """A function that imports in vain says which layers it lacks."""
    layers = ", ".join(left_out(function, application))
    if not layers:
        return function
    return replace(function, environment={**function.environment, LEFT_OUT: layers})
