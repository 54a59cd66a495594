"""Chooses the concrete stores: the only module that knows settings and stores both."""

import json
import ssl
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.breaker import CircuitBreaker
from api.database import Database
from api.database_login import Login, Server
from api.datasets.s3 import S3Datasets
from api.datasets.service import DatasetService
from api.errors import DatabaseUnavailable
from api.opensearch import Client
from api.settings import DatabaseSettings, Settings
from api.users.cache import RedisUsers, connect
from api.users.postgres import PostgresUsers
from api.users.search import OpenSearchUsers
from api.users.service import UserService

RDS_ROOTS = Path(__file__).parent / "rds_roots.pem"
_RDS_DOMAINS = (".rds.amazonaws.com", ".rds.amazonaws.com.cn")
_NO_LOGIN = "The database's credentials cannot be read."


def build_app(settings: Settings) -> FastAPI:
    """Connects to nothing yet: every store connects at its first call."""
    return create_app(
        build_users(settings), build_datasets(settings), auth_required=settings.auth_required
    )


def build_users(settings: Settings) -> UserService:
    index = OpenSearchUsers(
        build_search_client(settings),
        write_breaker=CircuitBreaker("opensearch writes", slow_seconds=0.15),
        search_breaker=CircuitBreaker("opensearch searches", slow_seconds=0.7),
    )
    return UserService(PostgresUsers(build_database(settings)), build_cache(settings), index)


def build_datasets(settings: Settings) -> DatasetService:
    return DatasetService(
        S3Datasets(
            landing_bucket=settings.landing_bucket,
            processed_bucket=settings.processed_bucket,
            endpoint_url=settings.aws_endpoint_url,
        )
    )


def build_cache(settings: Settings) -> RedisUsers:
    return RedisUsers(
        connect(settings.redis_host, settings.redis_port, tls=settings.redis_tls),
        ttl_seconds=settings.cache_ttl_seconds,
        breaker=CircuitBreaker("redis", slow_seconds=0.05),
    )


def build_search_client(settings: Settings) -> Client:
    return Client(settings.opensearch_url, auth=settings.opensearch_auth)


def build_database(settings: DatabaseSettings, *, answer_seconds: float = 1.7) -> Database:
    """TLS verifies the server's certificate and name, always."""
    host = settings.database_host
    tls = None if settings.database_tls == "disable" else verifying_context(host)
    server = Server(
        host,
        settings.database_port,
        settings.database_name,
        tls,
        answer=answer_seconds,
    )
    return Database(server, login_of(settings))


def verifying_context(host: str) -> ssl.SSLContext:
    """A server of RDS is vouched for by the roots of RDS alone, any other by the platform's.

    An RDS Proxy is another: its certificate is of Amazon's public authority.

    No platform trusts the roots of RDS by itself, and reading the platform's roots would take a
    twentieth of a cold start.
    """
    if not host.endswith(_RDS_DOMAINS) or ".proxy-" in host:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(RDS_ROOTS)
    return context


def login_of(settings: DatabaseSettings) -> Callable[[bool], Login]:
    """Reads the login when it is needed, and anew when asked: its secret may have been rotated."""
    if not settings.database_secret_arn:
        fixed = Login(settings.database_user, settings.database_password.get_secret_value())
        return lambda _renew: fixed
    known: list[Login] = []

    def from_secret(renew: bool) -> Login:
        if renew or not known:
            known[:] = [_read_secret(settings)]
        return known[0]

    return from_secret


def _read_secret(settings: DatabaseSettings) -> Login:
    """The secret is JSON with `password` and perhaps `username`, as RDS writes it."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    limits = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    client = boto3.client(
        "secretsmanager", endpoint_url=settings.aws_endpoint_url or None, config=limits
    )
    try:
        answer = client.get_secret_value(SecretId=settings.database_secret_arn)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise DatabaseUnavailable(_NO_LOGIN, code=code) from error
    except BotoCoreError as error:
        raise DatabaseUnavailable(_NO_LOGIN) from error
    secret = json.loads(answer["SecretString"])
    return Login(secret.get("username", settings.database_user), secret["password"])
