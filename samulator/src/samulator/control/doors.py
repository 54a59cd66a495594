"""What answers HTTP for people and programs: each door an interface on a port of its own."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from samulator.control.door_urls import planned
from samulator.control.project import Project
from samulator.functions.host import FunctionHost
from samulator.functions.worker_host import WorkerHost
from samulator.http.doors import DoorOptions, open_port
from samulator.http.gateway.exchange import Observe
from samulator.http.issuer.pages import IssuerPages
from samulator.http.issuer.token import Tokens
from samulator.http.lambda_api.endpoint import InvokeApi
from samulator.http.server.server import Interface
from samulator.http.services.local_services import LocalServices
from samulator.issuer_keys import IssuerKeys
from samulator.servers.ports import LOOPBACK, Ports
from samulator.template.model import Application
from samulator.template.model_web_socket import stage_path

if TYPE_CHECKING:
    from samulator.http.web_socket.door import WebSocketDoor


@dataclass(frozen=True)
class Opening:
    """One interface on its port; `names` are the logical ids that answer there.

    `scheme` and `path` are those of its URL. `close` ends what goes on there, before the port is.
    """

    names: tuple[str, ...]
    interface: Interface
    port: int
    scheme: str = "http"
    path: str = ""
    close: Callable[[], Awaitable[None]] | None = None

    @property
    def url(self) -> str:
        """Return where people call."""
        return f"{self.scheme}://{LOOPBACK}:{self.port}{self.path}"


@dataclass(frozen=True)
class Doors:
    """The doors of one application, `functions` behind them and `observe` told of each request."""

    project: Project
    ports: Ports
    application: Application
    functions: FunctionHost
    services: LocalServices
    observe: Observe

    def lambda_endpoint(self) -> Iterator[Opening]:
        """Lambda's own API, open before anything else is invoked, with the issuer of tokens."""
        if isinstance(self.functions, WorkerHost):
            api: Interface = InvokeApi(self.functions)
            if self._web_sockets:
                from samulator.http.web_socket.execute_api import ExecuteApi

                api = ExecuteApi(api, self._web_sockets)
            pages = IssuerPages(api, self._keys, self._issuer)
            yield Opening((), pages, self.ports.lambda_endpoint)

    def public(self) -> Iterator[Opening]:
        """Every API and function URL of the template; raises TemplateError."""
        region = self.application.region
        options = DoorOptions(
            Tokens(self._keys, self._issuer),
            self.observe,
            tokens_optional=self.project.tokens_optional,
            services=self.services,
        )
        for plan in planned(self.application, self.ports):
            if plan.web_socket_api is not None:
                api = plan.web_socket_api
                door, path = self._web_sockets[api.id], stage_path(api.first_stage)
                yield Opening((api.id,), door, plan.port, "ws", path, door.close)
                continue
            interface = open_port(plan, self.functions, options, region=region)
            yield Opening(tuple(plan.names.split(", ")), interface, plan.port)

    @cached_property
    def _web_sockets(self) -> "Mapping[str, WebSocketDoor]":
        """Only an application that has a WebSocket API imports what serves it."""
        if not self.application.web_socket_apis:
            return {}
        from samulator.http.web_socket.door import Options, WebSocketDoor

        options, region = Options(self.services, self.observe), self.application.region
        return {
            api.id: WebSocketDoor(api, self.functions, options, region=region)
            for api in self.application.web_socket_apis
        }

    @property
    def _keys(self) -> IssuerKeys:
        return IssuerKeys(self.project.state)

    @property
    def _issuer(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.lambda_endpoint}"
