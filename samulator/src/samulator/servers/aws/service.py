"""S3 and SQS: the process of `samulator.servers.aws`, told which functions its buckets notify."""

import sys
from pathlib import Path

from samulator.servers.aws.config import AwsConfig
from samulator.servers.process import Server, ServerProcess


class AwsServer(Server):
    """One S3 and SQS endpoint; what it stores lives as long as its process."""

    def __init__(
        self,
        state_dir: Path,
        port: int,
        *,
        config: AwsConfig | None = None,
        listen: str = "127.0.0.1",
    ) -> None:
        self._config = config or AwsConfig()
        self._config_file = state_dir / "aws.json"
        command = [
            *(sys.executable, "-m", "samulator.servers.aws", "--host", listen, "--port", str(port)),
            *("--config", str(self._config_file)),
        ]
        log = state_dir / "logs" / "aws.log"
        super().__init__(ServerProcess("S3 and SQS", command, log=log), host=listen, port=port)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def launch(self) -> None:
        """Raises ServiceFailed."""
        self._config.write(self._config_file)
        super().launch()
