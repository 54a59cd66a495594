"""Clients of this machine's AWS services, made when a kind of event first needs one."""

import threading
from typing import Any

from samulator.servers.aws.client import local_client


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
                self._clients[service] = local_client(service, self._url, self.region)
            return self._clients[service]
