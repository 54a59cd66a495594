"""Runs the functions in containers through the SAM CLI, against the same data services."""

from local.sam.cli import SamCli, SamFailed
from local.sam.engine import ContainersUnavailable, Engine, find_engine

__all__ = ["ContainersUnavailable", "Engine", "SamCli", "SamFailed", "find_engine"]
