"""Chooses the concrete stores: the only module that knows settings and stores both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.breaker import CircuitBreaker
from api.database.connection import Database
from api.database.credentials import database_logins
from api.database.login import Server
from api.database.trust import verifying_context
from api.datasets.s3 import S3Datasets
from api.datasets.service import DatasetService
from api.network.secrets import Login, Logins, SecretsManager
from api.settings import DatabaseSettings, Settings
from api.users.cache import CALL_SECONDS, SECRET_SECONDS, RedisUsers
from api.users.cache_login import CacheLogin
from api.users.postgres import PostgresUsers
from api.users.redis_connection import redis_client
from api.users.search.client import Client
from api.users.search.index import OpenSearchUsers
from api.users.service import UserService


@dataclass(frozen=True)
class Services:
    """What the API works with; each of `probes` raises BackendUnavailable if its store is down."""

    users: UserService
    datasets: DatasetService
    probes: Mapping[str, Callable[[], None]]
    closers: tuple[Callable[[], None], ...]

    def close(self) -> None:
        """Hangs up everywhere; a later call connects again."""
        for closer in self.closers:
            closer()


def build_services(settings: Settings) -> Services:
    """Connects to nothing yet: every store connects at its first call."""
    secrets = SecretsManager(settings.aws_endpoint_url)
    database = build_database(settings, secrets=secrets)
    store, cache = PostgresUsers(database), build_cache(settings, secrets=secrets)
    client = build_search_client(settings)
    index = OpenSearchUsers(
        client,
        write_breaker=CircuitBreaker("opensearch writes", slow_seconds=0.15),
        search_breaker=CircuitBreaker("opensearch searches", slow_seconds=0.7),
    )
    return Services(
        UserService(store, cache, index),
        build_datasets(settings),
        # PostgreSQL last: it may take all that is left of the request's time.
        {"redis": cache.check, "opensearch": index.check, "postgres": store.check},
        (database.close, cache.close, client.close, secrets.close),
    )


def build_datasets(settings: Settings) -> DatasetService:
    return DatasetService(
        S3Datasets(
            landing_bucket=settings.landing_bucket,
            processed_bucket=settings.processed_bucket,
            endpoint_url=settings.aws_endpoint_url,
        )
    )


def build_cache(
    settings: Settings,
    *,
    call_seconds: float = CALL_SECONDS,
    secrets: SecretsManager | None = None,
) -> RedisUsers:
    arn, login = settings.redis_secret_arn, None
    if arn:
        secrets = secrets or SecretsManager(settings.aws_endpoint_url)
        login = CacheLogin(secrets.logins(arn, user="", seconds=SECRET_SECONDS))
    return RedisUsers(
        redis_client(settings.redis_host, settings.redis_port, tls=settings.redis_tls, login=login),
        ttl_seconds=settings.cache_ttl_seconds,
        # More than two thirds of what a call may take is slow.
        breaker=CircuitBreaker("redis", slow_seconds=call_seconds * 0.7),
        call_seconds=call_seconds,
        prepare=login.prepare if login else None,
    )


def build_search_client(settings: Settings) -> Client:
    return Client(settings.opensearch_url, auth=settings.opensearch_auth)


def build_database(
    settings: DatabaseSettings,
    *,
    answer_seconds: float = 1.7,
    secrets: SecretsManager | None = None,
) -> Database:
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
    return Database(server, _logins(settings, secrets))


def login_of(settings: DatabaseSettings) -> Login:
    """What the functions log in with from now on; raises DatabaseUnavailable."""
    return next(iter(_logins(settings, None)()))


def _logins(settings: DatabaseSettings, secrets: SecretsManager | None) -> Logins:
    user, arn = settings.database_user, settings.database_secret_arn
    if arn:
        secrets = secrets or SecretsManager(settings.aws_endpoint_url)
        return database_logins(secrets.logins(arn, user=user))
    fixed = Login(user, settings.database_password.get_secret_value())
    return lambda: [fixed]
