"""Builds what a function imports besides its own code: layers, requirements, the runtime."""

from local.packages.commands import PackageError
from local.packages.packages import Layout, Packages

__all__ = ["Layout", "PackageError", "Packages"]
