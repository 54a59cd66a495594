"""The process of AWS's services, started with resources that a test declares."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.service import AwsServer
from samulator.template.model import Resource
from testkit.ports import reserve_port

# Type, physical name and properties.
Declared = tuple[str, str, dict[str, Any]]
Start = Callable[..., AwsServer]


@contextmanager
def started_aws(folder: Path, *declared: Declared, **config: Any) -> Iterator[AwsServer]:
    """A server that has the resources, whose logical and physical ids are their names."""
    resources = tuple(
        Resource(name.rsplit("/", 1)[-1], kind, name, properties, physical_id=_id_of(kind, name))
        for kind, name, properties in declared
    )
    server = AwsServer(folder, reserve_port(), config=AwsConfig(resources=resources, **config))
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Machine:
    """One state folder, on which one process of these resources works after another."""

    def __init__(self, folder: Path, *declared: Declared, **config: Any) -> None:
        self._folder = folder
        self._declared = declared
        self._config = config
        self._running = ExitStack()
        self.server: AwsServer

    def __enter__(self) -> "Machine":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._running.close()

    def start(self) -> None:
        started = started_aws(self._folder, *self._declared, **self._config)
        self.server = self._running.enter_context(started)

    def kill(self) -> None:
        assert self.server.pid is not None
        os.kill(self.server.pid, signal.SIGKILL)
        self._running.close()

    def kill_and_start(self) -> None:
        self.kill()
        self.start()

    def client(self, service: str, **options: Any) -> Any:
        """A client of the process that runs now."""
        return aws_client(self.server, service, config=Config(**options))


def aws_client(server: AwsServer, service: str, **options: Any) -> Any:
    """A client of boto3 that asks `server`."""
    local = {
        "endpoint_url": server.url,
        "region_name": "us-east-1",
        "aws_access_key_id": "local",
        "aws_secret_access_key": "local",
    }
    return boto3.client(service, **(local | options))


def _id_of(kind: str, name: str) -> str:
    """Of a secret its ARN, as Ref has it."""
    secret = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-a1b2c3"
    return secret if kind == "AWS::SecretsManager::Secret" else name
