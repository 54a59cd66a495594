"""The servers of one stack: AWS's services always, the data servers that were asked for."""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.service import AwsServer
from samulator.servers.data import DATA_SERVERS, create_data_server
from samulator.servers.ports import LOOPBACK, Ports, require_free
from samulator.servers.process import Server

AWS_TITLE = "AWS services"


@dataclass(frozen=True)
class Started:
    """A service that answers, where, and the seconds since the start began."""

    title: str
    address: str
    seconds: float


class Servers:
    """AWS's services and the `wanted` of DATA_SERVERS; raises ServiceFailed where one is missing.

    `gateway` is one more address to listen on: the container bridge's, for `sam local`. Without
    `durable`, PostgreSQL trades the safety of its data for speed, for tests.
    """

    def __init__(
        self,
        state: Path,
        ports: Ports,
        *,
        wanted: Collection[str] = (),
        gateway: str | None = None,
        durable: bool = True,
    ) -> None:
        self._ports = ports
        # Some of the servers listen on one address only; the host reaches the bridge's too.
        self.host = gateway or LOOPBACK
        self._listen = (LOOPBACK, gateway) if gateway else (LOOPBACK,)
        self.data = {
            name: create_data_server(
                name, state, getattr(ports, name), listen=self._listen, durable=durable
            )
            for name in DATA_SERVERS
            if name in wanted
        }
        self.aws = AwsServer(state, ports.aws, listen=self.host)
        self._begin = time.monotonic()

    def named(self) -> Iterator[tuple[str, Server]]:
        """Title and server, in the order of starting."""
        for name, server in self.data.items():
            yield DATA_SERVERS[name].title, server
        yield AWS_TITLE, self.aws

    def require_free_ports(self) -> None:
        """Raises PortTaken before anything is started."""
        for _, server in self.named():
            require_free(server.name, server.port, self._listen)

    def launch(self, aws: AwsConfig | None = None) -> None:
        """Starts the processes without waiting; raises ServiceFailed.

        Call it on the main thread, or one that lives as long: the servers end with it.
        """
        self._begin = time.monotonic()
        self.aws.configure(aws or AwsConfig())
        # The last is the slowest to import what it needs, so it gets a head start.
        for _, server in reversed([*self.named()]):
            server.launch()

    def wait_for_start(self, on_started: Callable[[Started], None]) -> None:
        """Returns when functions can start: the data servers answer, AWS's services will.

        Whoever calls those before they are ready waits. Raises ServiceFailed.
        """
        for name, server in self.data.items():
            self._wait(DATA_SERVERS[name].title, server, on_started)

    def wait_for_aws(self, on_started: Callable[[Started], None]) -> None:
        """Returns when AWS's services answer; raises ServiceFailed."""
        self._wait(AWS_TITLE, self.aws, on_started)

    def start(self, on_started: Callable[[Started], None]) -> None:
        """Launches all and waits for all; raises ServiceFailed."""
        self.launch()
        self.wait_for_start(on_started)
        self.wait_for_aws(on_started)

    def stop(self) -> None:
        for _, server in reversed([*self.named()]):
            server.stop()

    def pids(self) -> list[int]:
        """The processes of the servers that were started."""
        return [server.pid for _, server in self.named() if server.pid is not None]

    def places(self) -> dict[str, str]:
        """What the {placeholders} of local.toml stand for: those of the servers that run."""
        places = {"aws_url": self.aws.url}
        for name, server in self.data.items():
            places |= DATA_SERVERS[name].places(server, self.host)
        return places

    def _wait(self, title: str, server: Server, on_started: Callable[[Started], None]) -> None:
        server.wait()
        on_started(Started(title, server.address, time.monotonic() - self._begin))
