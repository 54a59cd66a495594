"""The four data services together: started in order, stopped in reverse."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.service import AwsServer
from samulator.servers.opensearch import OpenSearchServer
from samulator.servers.ports import LOOPBACK, Ports, require_free
from samulator.servers.postgres import DATABASE, USER, PostgresServer
from samulator.servers.process import Server
from samulator.servers.redis import RedisServer


@dataclass(frozen=True)
class Started:
    """A service that answers, where, and the seconds since the start began."""

    title: str
    address: str
    seconds: float


class DataServices:
    """PostgreSQL, Redis, OpenSearch, S3 and SQS.

    `gateway` is one more address to listen on: the container bridge's, for `sam local`. Without
    `durable`, PostgreSQL trades the safety of its data for speed, for tests.
    """

    def __init__(
        self,
        state: Path,
        ports: Ports,
        *,
        aws: AwsConfig | None = None,
        gateway: str | None = None,
        durable: bool = True,
    ) -> None:
        self._ports = ports
        # Two of the servers listen on one address only; the host reaches the bridge's too.
        self.host = gateway or LOOPBACK
        self._listen: Sequence[str] = (LOOPBACK, gateway) if gateway else (LOOPBACK,)
        self.postgres = PostgresServer(state, ports.postgres, listen=self._listen, durable=durable)
        self.redis = RedisServer(state, ports.redis, listen=self._listen)
        self.opensearch = OpenSearchServer(state, ports.opensearch, listen=self.host)
        self.aws = AwsServer(state, ports.aws, config=aws, listen=self.host)

    def named(self) -> Iterator[tuple[str, Server]]:
        """Title and service, in the order of starting."""
        yield "PostgreSQL", self.postgres
        yield "Redis", self.redis
        yield "OpenSearch", self.opensearch
        yield "S3 and SQS", self.aws

    def require_free_ports(self) -> None:
        """Raises PortTaken before anything is started."""
        for name in ("postgres", "redis", "opensearch", "aws"):
            require_free(name, getattr(self._ports, name), self._listen)

    def start(self, on_started: Callable[[Started], None]) -> None:
        """Raises ServiceFailed; call from the main thread, with which the servers end."""
        begin = time.monotonic()
        # The last is the slowest to import what it needs, so it gets a head start.
        for _, service in reversed([*self.named()]):
            service.launch()
        for title, service in self.named():
            service.wait()
            address = f"{service.host}:{service.port}"
            on_started(Started(title, address, time.monotonic() - begin))

    def stop(self) -> None:
        for _, service in reversed([*self.named()]):
            service.stop()

    def pids(self) -> list[int]:
        """The processes of the services that were started."""
        return [service.pid for _, service in self.named() if service.pid is not None]

    def places(self) -> dict[str, str]:
        """What the {placeholders} of local.toml stand for."""
        return {
            "postgres_host": self.host,
            "postgres_port": str(self._ports.postgres),
            "postgres_database": DATABASE,
            "postgres_user": USER,
            "postgres_password": self.postgres.password,
            "redis_host": self.host,
            "redis_port": str(self._ports.redis),
            "opensearch_url": self.opensearch.url,
            "aws_url": self.aws.url,
        }
