"""Which Python runs a function: found on this machine by running it, or replaced."""

from samulator.functions.interpreters.choice import choose_runtimes
from samulator.functions.interpreters.probe import OWN_RUNTIME, find_interpreter, installed

__all__ = ["OWN_RUNTIME", "choose_runtimes", "find_interpreter", "installed"]
