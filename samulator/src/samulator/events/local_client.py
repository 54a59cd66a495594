"""Clients of this machine's AWS services, made when a kind of event first needs one."""

import threading
from typing import Any

from botocore.config import Config

from samulator.servers.aws.client import direct, local_session

# Servers of this machine answer at once or are gone, and a stack that stops waits for its clients.
_PATIENCE = Config(
    connect_timeout=5,
    read_timeout=10,
    retries={"total_max_attempts": 2},
    s3={"addressing_style": "path"},
)


class LocalClients:
    """boto3's clients by the name of their service, one of each; from any thread."""

    def __init__(self, url: str, region: str) -> None:
        self.region = region
        self._url = url
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, service: str) -> Any:  # noqa: ANN401 - boto3 has a type for each
        with self._lock:
            if service not in self._clients:
                session = local_session(self.region)
                self._clients[service] = session.client(
                    service,  # type: ignore[call-overload]
                    endpoint_url=self._url,
                    config=direct(_PATIENCE),
                )
            return self._clients[service]
