"""Ports for the servers of tests, each kept until the run ends."""

from contextlib import ExitStack
from functools import cache

from samulator.servers.ports import Ports
from samulator.servers.reserved_ports import reserved_port, reserved_ports


@cache
def _kept() -> ExitStack:
    return ExitStack()


def reserve_port() -> int:
    return _kept().enter_context(reserved_port())


def reserve_ports() -> Ports:
    """One for each service of a stack."""
    return _kept().enter_context(reserved_ports())
