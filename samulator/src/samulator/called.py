"""What a reader types for a command: make's target, where a project's Makefile calls samulator.

Such a Makefile names those of its targets that are commands' names in SAMULATOR_MAKE_TARGETS.
"""

import os

TARGETS = "SAMULATOR_MAKE_TARGETS"


def command(verb: str, name: str = "") -> str:
    """A command as it is typed here; `name` is that of a service, a function or a log."""
    if verb in os.environ.get(TARGETS, "").split():
        return f"make {verb} NAME={name}" if name else f"make {verb}"
    return f"samulator {verb} {name}".rstrip()
