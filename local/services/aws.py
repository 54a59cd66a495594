"""S3 and SQS: the process of `local.aws`, told which functions its buckets notify."""

import sys
from pathlib import Path

from local.aws.config import AwsConfig
from local.services.process import ServerProcess, accepts_connections


class AwsServer:
    """One S3 and SQS endpoint; what it stores lives as long as its process."""

    def __init__(
        self,
        state_dir: Path,
        port: int,
        *,
        config: AwsConfig | None = None,
        listen: str = "127.0.0.1",
    ) -> None:
        self.host = listen
        self.port = port
        self._config = config or AwsConfig()
        self._config_file = state_dir / "aws.json"
        self._process = ServerProcess(
            "S3 and SQS",
            [
                *(sys.executable, "-m", "local.aws", "--host", listen, "--port", str(port)),
                *("--config", str(self._config_file)),
            ],
            log=state_dir / "logs" / "aws.log",
        )

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.is_running()

    def start(self) -> None:
        """Raises ServiceFailed."""
        self._config.write(self._config_file)
        self._process.start(lambda: accepts_connections(self.port, self.host))

    def stop(self) -> None:
        self._process.stop()
