"""What answers HTTP for people and programs: each door an interface on a port of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from samulator.functions.host import FunctionHost
from samulator.http.http_api.app import Gateway, Observe
from samulator.http.server.server import Interface
from samulator.servers.ports import Ports
from samulator.template.model import Application


@dataclass(frozen=True)
class Door:
    """`title` is what the terminal calls it; it opens when the start invokes have run."""

    title: str
    interface: Interface
    port: int


def doors(
    application: Application, functions: FunctionHost, ports: Ports, observe: Observe
) -> Iterator[Door]:
    """Every door that the template declares, one line for each kind; raises TemplateError."""
    yield Door("API", Gateway(application, functions, observe=observe), ports.api)
