"""The data services that integration tests talk to."""

from dataclasses import dataclass

from local.services.aws import AwsServer
from local.services.opensearch import OpenSearchServer
from local.services.postgres import PostgresServer
from local.services.redis import RedisServer


@dataclass(frozen=True)
class Services:
    """The running data services, on ports nobody else uses."""

    postgres: PostgresServer
    redis: RedisServer
    opensearch: OpenSearchServer
    aws: AwsServer
