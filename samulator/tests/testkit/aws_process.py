"""The process of AWS's services, started with resources that a test declares."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

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
