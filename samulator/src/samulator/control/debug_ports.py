"""What `--debug` needs before anything starts: a debugger, and ports that are free."""

import socket
from collections.abc import Mapping, Sequence
from contextlib import closing

from samulator.functions.debugging import InvalidTarget, find_debugger, targets
from samulator.servers.ports import LOOPBACK
from samulator.template.model import Application


def debug_ports(texts: Sequence[str], application: Application) -> Mapping[str, int]:
    """Return the port of each function (by logical id) that `--debug` names.

    Raises InvalidTarget and DebuggerMissing.
    """
    ports = targets(texts, application)
    if ports:
        find_debugger()
    for name, port in ports.items():
        if not _is_free(port):
            raise InvalidTarget(f"--debug {name}: port {port} is taken; {name}:PORT moves it")
    return ports


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
