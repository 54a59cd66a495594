"""Builds what a function imports besides its own code: layers, requirements, the runtime."""

from samulator.functions.packages.commands import PackageError
from samulator.functions.packages.layout import Layout
from samulator.functions.packages.packages import Packages

__all__ = ["Layout", "PackageError", "Packages"]
