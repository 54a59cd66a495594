"""Runs the functions in containers through the SAM CLI, against the same data services."""

from samulator.functions.containers.container_host import ContainerHost
from samulator.functions.containers.engine import ContainersUnavailable, Engine, find_engine
from samulator.functions.containers.sam_cli import SamCli, SamFailed, TemplateValues

__all__ = [
    "ContainerHost",
    "ContainersUnavailable",
    "Engine",
    "SamCli",
    "SamFailed",
    "TemplateValues",
    "find_engine",
]
