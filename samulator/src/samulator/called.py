"""What a reader types for a command: make's target, where a project's Makefile calls samulator.

Such a Makefile names those of its targets that are commands' names in SAMULATOR_MAKE_TARGETS, and
in SAMULATOR_TRACED_BY what starts the stack so that functions are traced.
"""

import os

TARGETS = "SAMULATOR_MAKE_TARGETS"
TRACED_BY = "SAMULATOR_TRACED_BY"


def command(verb: str, name: str = "") -> str:
    """A command as it is typed here; `name` is that of a service, a function or a log."""
    if verb in os.environ.get(TARGETS, "").split():
        return f"make {verb} NAME={name}" if name else f"make {verb}"
    return f"samulator {verb} {name}".rstrip()


def traced_by() -> str:
    """What has functions traced, as the end of a sentence."""
    typed = os.environ.get(TRACED_BY, "")
    if typed:
        return f"{typed} traces what it runs"
    return f"{command('up')} traces the functions whose Tracing is Active in the template"
