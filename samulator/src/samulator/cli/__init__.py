"""The commands of `samulator`, each in a file that is imported when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from samulator.cli.command import Command, CommandFailed

__all__ = ["Command", "CommandFailed", "commands"]

# File and name, in the order the help lists them.
_PLACES: Mapping[str, tuple[str, str]] = {
    "up": ("stack", "UP"),
    "up-sam": ("sam", "UP_SAM"),
    "down": ("stack", "DOWN"),
    "reset": ("stack", "RESET"),
    "stop": ("service", "STOP_SERVICE"),
    "start": ("service", "START_SERVICE"),
    "invoke": ("function", "INVOKE"),
    "token": ("token", "TOKEN"),
    "events": ("data", "EVENTS"),
    "logs": ("data", "LOGS"),
    "traces": ("traces", "TRACES"),
    "check": ("check", "CHECK"),
    "doctor": ("doctor", "DOCTOR"),
}


def commands(wanted: str | None) -> Iterator[Command]:
    """Yield the command of this name, or all where there is none of it."""
    place = _PLACES.get(wanted or "")
    for file, command in [place] if place else _PLACES.values():
        found: Command = getattr(import_module(f"samulator.cli.{file}"), command)
        yield found
