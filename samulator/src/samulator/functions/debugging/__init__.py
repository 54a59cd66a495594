"""Functions under a debugger: which, on which ports, and how their one worker starts."""

from samulator.functions.debugging.debugger import DebuggerMissing, find_debugger
from samulator.functions.debugging.targets import InvalidTarget, targets, without_limits

__all__ = ["DebuggerMissing", "InvalidTarget", "find_debugger", "targets", "without_limits"]
