"""The API over real data services of its own, with a fault proxy before each."""

import json
import os
import platform
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import redis

from api import migrate, search_sync
from api.errors import DatabaseUnavailable, SearchUnavailable
from api.handler import HttpEntry
from api.settings import Settings
from api.users.search.client import Client
from api.wiring import build_database
from samulator.servers.aws.client import s3_client
from samulator.servers.data import DATA_SERVERS
from samulator.servers.group import Servers
from testkit.ports import reserve_port, reserve_ports
from testkit.timing import is_gone, wait_until
from tests.api_client import ApiClient
from tests.integration.api.conftest import (
    LAMBDA_ENVIRONMENT,
    REGION,
    Proxies,
    empty,
    migration_settings_for,
    settings_for,
)
from tests.tcp_proxy import TcpProxy
from tests.torture.names import name_servers

# Of the one dataset: what GET /datasets/ answers from.
SUMMARY = {"status": "ok", "source_key": "orders.csv", "filler": "x" * 10_000}


@dataclass(frozen=True)
class Stage:
    """Servers that may be killed, a migrated database, and proxies that break on demand."""

    services: Servers
    settings: Settings
    proxies: Proxies
    s3: TcpProxy
    _frozen: list[psutil.Process] = field(default_factory=list)

    @contextmanager
    def environment(self, **changes: Any) -> Iterator[ApiClient]:
        """A new environment of the function, behind the proxies; `changes` replace settings."""
        through = {
            **self.proxies.settings(),
            "aws_endpoint_url": f"http://127.0.0.1:{self.s3.port}",
            **changes,
        }
        entry = HttpEntry(lambda: self.settings.model_copy(update=through))
        entry.prepare()
        try:
            yield ApiClient(entry)
        finally:
            entry.close()

    def proxy(self, store: str) -> TcpProxy:
        """That of `postgres`, `redis`, `opensearch` or `s3`."""
        return self.s3 if store == "s3" else getattr(self.proxies, store)

    def heal(self) -> None:
        """Lifts every fault but a kill."""
        while self._frozen:
            with suppress(psutil.NoSuchProcess):
                self._frozen.pop().resume()
        self.proxies.heal()
        self.s3.heal()

    def kill(self, store: str) -> None:
        """As the kernel does when memory is short; returns when the process has ended."""
        pid = self._server(store).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: is_gone(pid))

    def freeze(self, store: str) -> None:
        """Stops the server with all its processes until `heal`; the kernel goes on connecting."""
        server = psutil.Process(self._server(store).pid)
        for process in (server, *server.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.suspend()
                self._frozen.append(process)

    def restart(self, store: str) -> None:
        """Starts what was killed; osmem's index is empty then, until it is rebuilt."""
        server = self._server(store)
        server.stop()
        server.start()

    def sync(self, event: Any = None) -> Any:
        """One run of SearchSyncFunction, past the proxies."""
        return _synchronise(self.settings, event or {})

    def empty(self) -> None:
        """No users, nothing cached, nothing indexed."""
        empty(self.settings)

    def versions(self) -> dict[str, str]:
        """What each server says of itself."""
        database = build_database(self.settings, answer_seconds=20)
        with database.session() as session:
            ((postgres,),) = session.run("SHOW server_version")
        database.close()
        with redis.Redis(host=self.settings.redis_host, port=self.settings.redis_port) as cache:
            cached = cache.info("server")["redis_version"]
        index = Client(self.settings.opensearch_url, auth="none")
        indexed = index.call("GET", "/", seconds=5)["version"]
        index.close()
        return {
            "Python": platform.python_version(),
            "PostgreSQL": str(postgres),
            "Redis": str(cached),
            "OpenSearch": f"{indexed['number']} (osmem-server {version('osmem-server')})",
            "S3": f"samulator {version('samulator')}",
        }

    def _server(self, store: str) -> Any:
        return self.services.aws if store == "s3" else self.services.data[store]


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Starts everything, with its state in `folder`, and ends all of it."""
    os.environ.update(LAMBDA_ENVIRONMENT)
    with ExitStack() as stack:
        stack.enter_context(name_servers())
        services = Servers(folder, reserve_ports(), wanted=DATA_SERVERS)
        stack.callback(services.stop)
        services.start(lambda started: None)
        services.data["postgres"].create_database("torture")
        migrate.migrate(migration_settings_for(services, "torture"))
        settings = settings_for(services, "torture")
        _synchronise(settings, {"action": "rebuild"})
        _fill_buckets(settings)
        proxies = [
            stack.enter_context(TcpProxy(port, reserve_port()))
            for port in (
                *(services.data[name].port for name in ("postgres", "redis", "opensearch")),
                services.aws.port,
            )
        ]
        yield Stage(services, settings, Proxies(*proxies[:3]), proxies[3])


def _synchronise(settings: Settings, event: Any) -> Any:
    """A store of a busy machine may be late: then the next run does it, as on schedule."""
    reports: list[Any] = []

    def is_done() -> bool:
        with suppress(DatabaseUnavailable, SearchUnavailable):
            reports.append(search_sync.synchronise(settings, event, None))
        return bool(reports)

    wait_until(is_done, "no run of SearchSyncFunction comes to its end")
    return reports[-1]


def _fill_buckets(settings: Settings) -> None:
    s3 = s3_client(settings.aws_endpoint_url, REGION)
    for bucket in (settings.landing_bucket, settings.processed_bucket):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(
        Bucket=settings.processed_bucket,
        Key="_datasets/orders/summary.json",
        Body=json.dumps(SUMMARY),
    )
    s3.close()
