"""An OpenSearch-compatible server (osmem-server): in memory, so its index is rebuilt at start."""

import sys
from importlib.util import find_spec
from pathlib import Path

from samulator.servers.process import Server, ServerProcess, ServiceFailed


class OpenSearchServer(Server):
    """One osmem-server behind the guard of `servers.search`; restartable, empty each time."""

    def __init__(self, state_dir: Path, port: int, *, listen: str = "127.0.0.1") -> None:
        command = [
            *(sys.executable, "-P", "-m", "samulator.servers.search"),
            *("--server", str(_binary())),
            *("--host", listen, "--port", str(port)),
        ]
        log = state_dir / "logs" / "opensearch.log"
        super().__init__(ServerProcess("OpenSearch", command, log=log), host=listen, port=port)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def _binary() -> Path:
    spec = find_spec("osmem_server")
    if spec is None or spec.origin is None:
        raise ServiceFailed("OpenSearch is missing: the wheel osmem-server is not installed")
    return Path(spec.origin).parent / "bin" / "osmem-server"
