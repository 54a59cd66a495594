"""What answers HTTP for people and programs: each door an interface on a port of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from samulator.control.project import Project
from samulator.functions.host import FunctionHost
from samulator.functions.worker_host import WorkerHost
from samulator.http.doors import DoorOptions, open_port
from samulator.http.gateway.exchange import Observe
from samulator.http.issuer.keys import IssuerKeys
from samulator.http.issuer.pages import IssuerPages
from samulator.http.issuer.token import Tokens
from samulator.http.lambda_api.endpoint import InvokeApi
from samulator.http.plan import plan_ports
from samulator.http.server.server import Interface
from samulator.http.services.local_services import LocalServices
from samulator.servers.ports import LOOPBACK, Ports, is_free
from samulator.template.model import Application


@dataclass(frozen=True)
class Opening:
    """One interface on its port; `names` are the logical ids that answer there."""

    names: tuple[str, ...]
    interface: Interface
    port: int


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
            api = IssuerPages(InvokeApi(self.functions), self._keys, self._issuer)
            yield Opening((), api, self.ports.lambda_endpoint)

    def public(self) -> Iterator[Opening]:
        """Every API and function URL of the template; raises TemplateError."""
        options = DoorOptions(
            Tokens(self._keys, self._issuer),
            self.observe,
            tokens_optional=self.project.tokens_optional,
            services=self.services,
        )
        for plan in plan_ports(self.application, self.ports.api, self._is_taken):
            region = self.application.region
            interface = open_port(plan, self.functions, options, region=region)
            yield Opening(tuple(plan.names.split(", ")), interface, plan.port)

    def _is_taken(self, port: int) -> bool:
        return port in {own for _, own in self.ports.items()} or not is_free(port)

    @property
    def _keys(self) -> IssuerKeys:
        return IssuerKeys(self.project.state)

    @property
    def _issuer(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.lambda_endpoint}"
