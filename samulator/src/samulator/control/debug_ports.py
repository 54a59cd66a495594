"""What `--debug` needs before anything starts: a debugger, and ports that are free."""

from collections.abc import Mapping, Sequence

from samulator.functions.debugging import InvalidTarget, find_debugger, targets
from samulator.servers.ports import is_free
from samulator.template.model import Application


def debug_ports(texts: Sequence[str], application: Application) -> Mapping[str, int]:
    """Return the port of each function (by logical id) that `--debug` names.

    Raises InvalidTarget and DebuggerMissing.
    """
    ports = targets(texts, application)
    if ports:
        find_debugger()
    for name, port in ports.items():
        if not is_free(port):
            raise InvalidTarget(f"--debug {name}: port {port} is taken; {name}:PORT moves it")
    return ports
