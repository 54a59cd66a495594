"""The API over real data services, emptied before every test."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import redis

from api import migrate, search_sync
from api.errors import DatabaseUnavailable, SearchUnavailable
from api.handler import HttpEntry
from api.settings import DatabaseSettings, MigrationSettings, Settings
from api.users.search.client import Client
from api.wiring import build_database
from samulator.servers.aws.client import s3_client
from samulator.servers.group import Servers
from testkit.ports import reserve_port
from testkit.timing import wait_until
from tests.api_client import ApiClient
from tests.patience import patience
from tests.tcp_proxy import TcpProxy

MakeApi = Callable[..., ApiClient]

REGION = "eu-west-1"
LAMBDA_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "POWERTOOLS_SERVICE_NAME": "users-api",
    "POWERTOOLS_METRICS_NAMESPACE": "SalesServerless",
}


def settings_for(services: Servers, database: str) -> Settings:
    return Settings(
        database_host=services.data["postgres"].host,
        database_port=services.data["postgres"].port,
        database_name=database,
        database_user="users_api",
        database_password=services.data["postgres"].password,
        database_secret_arn="",
        database_tls="disable",
        redis_host=services.data["redis"].host,
        redis_port=services.data["redis"].port,
        redis_tls=False,
        redis_secret_arn="",
        cache_ttl_seconds=60,
        opensearch_url=services.data["opensearch"].url,
        opensearch_auth="none",
        auth_required=False,
        sign_in_url="",
        sign_in_client_id="",
        landing_bucket="sales-landing",
        processed_bucket="sales-processed",
        aws_endpoint_url=f"http://127.0.0.1:{services.aws.port}",
    )


def migration_settings_for(services: Servers, database: str) -> MigrationSettings:
    return MigrationSettings(
        database_owner_user="app",
        database_owner_password=services.data["postgres"].password,
        database_owner_secret_arn="",
        **settings_for(services, database).model_dump(include=DatabaseSettings.model_fields.keys()),
    )


@pytest.fixture(scope="module", autouse=True)
def _lambda_environment() -> Iterator[None]:
    """What the Lambda service itself sets for a function; gone when other modules run."""
    with pytest.MonkeyPatch.context() as patch:
        for name, text in LAMBDA_ENVIRONMENT.items():
            patch.setenv(name, text)
        yield


@pytest.fixture(scope="session")
def migrated(services: Servers) -> Settings:
    """A database of this run's own, with every migration applied, for the functions' own user."""
    name = f"test_{uuid.uuid4().hex}"
    services.data["postgres"].create_database(name)
    migrate.migrate(migration_settings_for(services, name))
    return settings_for(services, name)


@pytest.fixture(scope="session")
def s3(migrated: Settings) -> Iterator[Any]:
    """An S3 client; both buckets are there."""
    client = s3_client(migrated.aws_endpoint_url, REGION)
    for bucket in (migrated.landing_bucket, migrated.processed_bucket):
        place = {"LocationConstraint": REGION}
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    yield client
    client.close()


@pytest.fixture
def settings(migrated: Settings) -> Settings:
    with patience():
        empty(migrated)
    return migrated


def empty(migrated: Settings) -> None:
    """No users, nothing cached, an index with nothing in it."""
    database = build_database(migrated, answer_seconds=20)
    with database.session() as session:
        session.run_script(
            "DELETE FROM users; DELETE FROM search_outbox; DELETE FROM idempotency_keys"
        )
    database.close()
    with redis.Redis(host=migrated.redis_host, port=migrated.redis_port) as client:
        client.flushall()
    drop_indices(migrated)
    wait_until(partial(_is_rebuilt, migrated), "the index was not rebuilt")


def _is_rebuilt(migrated: Settings) -> bool:
    """A run that is cut off has the next one do it, as the schedule has once a minute."""
    try:
        search_sync.synchronise(migrated, {"action": "rebuild"}, None)
    except (DatabaseUnavailable, SearchUnavailable):
        return False
    return True


def drop_indices(settings: Settings) -> None:
    client = Client(settings.opensearch_url, auth="none")
    for index in client.call("GET", "/_cat/indices?format=json", seconds=5):
        client.call("DELETE", f"/{index['index']}", seconds=5)
    client.close()


@pytest.fixture
def make_api(settings: Settings) -> Iterator[MakeApi]:
    """Another environment of the function; `changes` replace settings."""
    with ExitStack() as stack:

        def make(**changes: Any) -> ApiClient:
            entry = HttpEntry(lambda: settings.model_copy(update=changes))
            entry.prepare()
            stack.callback(entry.close)
            return ApiClient(entry)

        yield make


@pytest.fixture(scope="session")
def warm_entry(migrated: Settings) -> Iterator[HttpEntry]:
    entry = HttpEntry(lambda: migrated)
    yield entry
    entry.close()


@pytest.fixture
def patient() -> Iterator[None]:
    """Limits that no machine is too slow for; not for tests with a backend that never answers."""
    with patience():
        yield


@pytest.fixture
def api(patient: None, settings: Settings, warm_entry: HttpEntry) -> ApiClient:
    """One warm environment over every data service."""
    warm_entry.prepare()
    return ApiClient(warm_entry)


@pytest.fixture
def sync(settings: Settings) -> Callable[..., Any]:
    """SearchSyncFunction on the same services."""
    return lambda event=None: search_sync.synchronise(settings, event or {}, None)


@dataclass(frozen=True)
class Proxies:
    """A fault proxy before each data service."""

    postgres: TcpProxy
    redis: TcpProxy
    opensearch: TcpProxy

    def heal(self) -> None:
        for proxy in (self.postgres, self.redis, self.opensearch):
            proxy.heal()

    def settings(self) -> dict[str, Any]:
        """What a function has to know to go through them."""
        return {
            "database_port": self.postgres.port,
            "redis_port": self.redis.port,
            "opensearch_url": f"http://127.0.0.1:{self.opensearch.port}",
        }


@pytest.fixture(scope="session")
def proxy_ports() -> Sequence[int]:
    return [reserve_port() for _ in range(3)]


@pytest.fixture
def proxies(services: Servers, proxy_ports: Sequence[int]) -> Iterator[Proxies]:
    at_postgres, at_redis, at_opensearch = proxy_ports
    with (
        TcpProxy(services.data["postgres"].port, at_postgres) as postgres,
        TcpProxy(services.data["redis"].port, at_redis) as redis_proxy,
        TcpProxy(services.data["opensearch"].port, at_opensearch) as opensearch,
    ):
        yield Proxies(postgres, redis_proxy, opensearch)


@pytest.fixture
def proxied_api(make_api: MakeApi, proxies: Proxies) -> ApiClient:
    """A new environment that reaches its data services through the proxies."""
    return make_api(**proxies.settings())
