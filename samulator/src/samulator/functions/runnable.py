"""Makes of what a template declares what this machine can run."""

from dataclasses import replace

from samulator.functions.interpreters import choose_runtimes
from samulator.functions.packages.image import with_images
from samulator.functions.packages.remarks import remarks
from samulator.template.model import Application


def runnable(application: Application) -> Application:
    """Return the application as its functions run here, with a warning for each difference."""
    chosen = choose_runtimes(with_images(application))
    return replace(chosen, warnings=(*chosen.warnings, *remarks(chosen)))
