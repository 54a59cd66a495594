"""Finds debugpy beside the stack: functions need not have it, and get nothing else from there."""

import importlib.util
from pathlib import Path


class DebuggerMissing(Exception):
    """debugpy is not installed; the message names the command that does it."""


def find_debugger() -> Path:
    """Return the folder of the package debugpy. Raises DebuggerMissing."""
    found = importlib.util.find_spec("debugpy")
    if found is None or found.origin is None:
        raise DebuggerMissing("--debug needs debugpy: pip install 'samulator[debug]' installs it")
    return Path(found.origin).parent
