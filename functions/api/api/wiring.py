"""Chooses the concrete stores: the only module that knows settings and stores both."""

import json
import ssl
from collections.abc import Callable, Iterator
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
    return Database(server, _logins_of(settings))


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


def login_of(settings: DatabaseSettings) -> Login:
    """What the functions log in with from now on; raises DatabaseUnavailable."""
    return next(iter(_logins_of(settings)()))


def _logins_of(settings: DatabaseSettings) -> Callable[[], Iterator[Login]]:
    """The login that worked last, then what its secret says now, then what it said before that.

    A secret is changed first and the database after it: in between the one before still works.
    """
    fixed = Login(settings.database_user, settings.database_password.get_secret_value())
    known: list[Login] = []

    def from_secret() -> Iterator[Login]:
        tried = [*known]
        yield from tried
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            login = _read_secret(settings, stage)
            if login is not None and login not in tried:
                tried.append(login)
                known[:] = [login]
                yield login

    return from_secret if settings.database_secret_arn else lambda: iter([fixed])


def _read_secret(settings: DatabaseSettings, stage: str) -> Login | None:
    """The secret is JSON with `password` and perhaps `username`, as RDS writes it.

    None where it never had a version of that stage.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    limits = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    client = boto3.client(
        "secretsmanager", endpoint_url=settings.aws_endpoint_url or None, config=limits
    )
    try:
        answer = client.get_secret_value(SecretId=settings.database_secret_arn, VersionStage=stage)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "ResourceNotFoundException" and stage != "AWSCURRENT":
            return None
        raise DatabaseUnavailable(_NO_LOGIN, code=code) from error
    except BotoCoreError as error:
        raise DatabaseUnavailable(_NO_LOGIN) from error
    secret = json.loads(answer["SecretString"])
    return Login(secret.get("username", settings.database_user), secret["password"])
