"""Redis behind TLS and a password: the right one is used, a wrong one costs the cache alone."""

import json
import logging
import shutil
import ssl
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
import redis
import trustme

from api.breaker import CircuitBreaker
from api.errors import CacheUnavailable
from api.network.deadline import remaining
from api.network.secrets import Login
from api.users import redis_connection
from api.users.cache import RedisUsers
from api.users.cache_login import CacheLogin
from api.users.models import email_key
from api.users.redis_connection import redis_client
from api.wiring import build_cache
from samulator.servers.process import Server, ServerProcess, ServiceFailed
from samulator.servers.redis import RedisServer
from testkit.ports import reserve_port
from testkit.timing import LONG_SECONDS
from tests.api_client import ApiClient, address
from tests.integration.api.conftest import MakeApi
from tests.template_document import read_document
from tests.tls_front import TlsFront

ADA = address("ada@example.com")
STORES = Path(__file__).parents[3] / "infrastructure" / "stores.yaml"
ACCESS = read_document(STORES)["Resources"]["CacheUser"]["Properties"]["AccessString"]


class Guarded:
    """A Redis that lets in its administrator and, with the template's rights, one user."""

    def __init__(
        self, port: int, administrator: "redis.Redis", secrets: Any, front: TlsFront | None
    ) -> None:
        self.port = port
        self._front = front
        self._administrator = administrator
        self._secrets = secrets
        administrator.execute_command("ACL SETUSER admin on ~* +@all >admin")
        administrator.execute_command("AUTH admin admin")
        self.arn = secrets.create_secret(
            Name=f"cache-{uuid.uuid4()}", SecretString=json.dumps(content("first"))
        )["ARN"]
        self.take("first")

    def take(self, *passwords: str) -> None:
        """From now on these, as `modify-user --passwords` of ElastiCache says them."""
        rules = [*ACCESS.split(), *(f">{one}" for one in passwords)]
        self._administrator.execute_command("ACL SETUSER default reset", *rules)

    def tell(self, password: str) -> None:
        """The secret's next version."""
        self._secrets.put_secret_value(
            SecretId=self.arn, SecretString=json.dumps(content(password))
        )

    def hang_up(self) -> None:
        """On everybody but the administrator."""
        if self._front:
            self._front.hang_up()
        else:
            self._administrator.execute_command("CLIENT KILL TYPE normal SKIPME yes")

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "redis_host": "localhost",
            "redis_port": self.port,
            "redis_tls": True,
            "redis_secret_arn": self.arn,
        }


def content(password: str) -> dict[str, str]:
    return {"username": "default", "password": password}


@dataclass(frozen=True)
class Certified:
    context: ssl.SSLContext
    files: list[str]


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Certified]:
    """A certificate for localhost of an authority that this machine trusts meanwhile."""
    authority = trustme.CA()
    roots, certificate, key = (tmp_path / name for name in ("roots.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(str(roots))
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    issued = authority.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    redis_connection._platform_trust.cache_clear()
    yield Certified(context, ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)])
    redis_connection._platform_trust.cache_clear()


def start_native(tmp_path: Path, port: int, tls_port: int, files: list[str]) -> Server:
    """The machine's own redis-server, which speaks TLS itself; the wheel's does not."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("no redis-server is installed here; the wheel's is tried behind a TLS front")
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", *files]
    command += ["--tls-port", str(tls_port), "--tls-auth-clients", "no"]
    process = ServerProcess("Redis", command, log=tmp_path / "redis.log")
    server = Server(process, host="127.0.0.1", port=port)
    try:
        server.start()
    except ServiceFailed:
        if "Bad directive" in "".join(server.last_words(1)):
            pytest.skip("this machine's redis-server was built without TLS")
        raise
    return server


@pytest.fixture(params=["behind a front", "by itself"])
def guarded(
    request: pytest.FixtureRequest, tmp_path: Path, certified: Certified, settings: Any
) -> Iterator[Guarded]:
    port, tls_port = reserve_port(), reserve_port()
    front = None
    with ExitStack() as stack:
        if request.param == "by itself":
            server = start_native(tmp_path, port, tls_port, certified.files)
        else:
            server = RedisServer(tmp_path, port)
            server.start()
        stack.callback(server.stop)
        if request.param != "by itself":
            front = stack.enter_context(TlsFront(port, certified.context, is_asked_for=False))
            tls_port = front.port
        administrator = stack.enter_context(redis.Redis(port=port, single_connection_client=True))
        secrets = boto3.client("secretsmanager", endpoint_url=settings.aws_endpoint_url)
        known = Guarded(tls_port, administrator, secrets, front)
        yield known
        secrets.delete_secret(SecretId=known.arn, ForceDeleteWithoutRecovery=True)
        secrets.close()


@pytest.fixture(autouse=True)
def _unhurried(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handshake on a busy machine may take longer than a call of the cache has."""
    monkeypatch.setattr("api.wiring.build_cache", partial(build_cache, call_seconds=LONG_SECONDS))
    monkeypatch.setattr("api.wiring.SECRET_SECONDS", LONG_SECONDS)


@pytest.fixture
def user(guarded: Guarded, make_api: MakeApi) -> ApiClient:
    """An environment of the API on the guarded Redis; Ada is there and in the cache."""
    api = make_api(**guarded.settings)
    api.create("ada@example.com")
    assert read(api, 2)[-1] == "hit"
    return api


def read(api: ApiClient, times: int = 1) -> list[str]:
    """Where each answer came from; all are good ones."""
    answers = [api.get(ADA) for _ in range(times)]
    assert {answer.status for answer in answers} == {200}
    return [answer.headers["x-cache"] for answer in answers]


def test_the_cache_is_used_with_the_password_of_its_secret(user: ApiClient) -> None:
    assert user.patch(ADA, {"role": "x"}).status == 200
    assert read(user, 2) == ["miss", "hit"]
    assert user.get("/status/ready").json()["redis"] == "up"


def test_the_user_does_what_the_cache_needs_and_nothing_else(
    guarded: Guarded, user: ApiClient
) -> None:
    with redis.Redis(port=guarded.port, host="localhost", ssl=True, password="first") as client:
        for command in (
            "FLUSHALL",
            "KEYS *",
            "CONFIG GET *",
            "ACL LIST",
            "GET other",
            "SWAPDB 0 1",
        ):
            with pytest.raises(redis.ResponseError, match=r"no permissions|NOPERM"):
                client.execute_command(*command.split())


def test_a_wrong_password_costs_the_cache_and_nothing_else(
    guarded: Guarded, user: ApiClient, make_api: MakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    guarded.tell("wr0ng")
    guarded.tell("wr0nger")
    api = make_api(**guarded.settings)
    assert read(api, 5) == ["bypass"] * 5
    (line,) = [one for one in caplog.records if one.getMessage() == "breaker opened"]
    assert "redis.exceptions.AuthenticationError" in line.error  # type: ignore[attr-defined]
    assert "wr0ng" not in caplog.text
    answer = api.get("/status/ready")
    assert (answer.status, answer.json()["redis"]) == (200, "down")


def test_no_password_where_one_is_asked_for_costs_the_cache_and_nothing_else(
    guarded: Guarded, user: ApiClient, make_api: MakeApi
) -> None:
    assert read(make_api(**{**guarded.settings, "redis_secret_arn": ""}), 2) == ["bypass"] * 2


def test_a_secret_that_cannot_be_read_costs_the_cache_and_nothing_else(
    guarded: Guarded, user: ApiClient, make_api: MakeApi
) -> None:
    assert read(make_api(**{**guarded.settings, "redis_secret_arn": "gone"}), 2) == ["bypass"] * 2


def test_a_password_is_changed_without_missing_the_cache_once(
    guarded: Guarded, user: ApiClient, make_api: MakeApi
) -> None:
    """The order of docs/operations.md: both, the secret, the new one alone."""
    guarded.take("first", "second")
    guarded.hang_up()
    assert read(user) == ["hit"]
    guarded.tell("second")
    newcomer = make_api(**guarded.settings)
    assert read(newcomer) == read(user) == ["hit"]
    guarded.take("second")
    assert read(newcomer) == read(user) == ["hit"]


def test_an_environment_that_knows_the_old_password_learns_the_new_one(
    guarded: Guarded, user: ApiClient
) -> None:
    guarded.tell("second")
    guarded.take("second")
    guarded.hang_up()
    assert read(user, 3) == ["bypass", "hit", "hit"]


def test_a_secret_that_redis_does_not_know_yet_closes_nothing_for_long(
    guarded: Guarded, user: ApiClient, make_api: MakeApi
) -> None:
    guarded.tell("second")
    newcomer = make_api(**guarded.settings)
    assert read(newcomer, 3) == ["bypass", "hit", "hit"]
    guarded.take("second")
    guarded.hang_up()
    assert read(newcomer, 3) == ["bypass", "hit", "hit"]


def test_reading_the_secret_is_no_part_of_the_time_that_a_call_of_redis_has() -> None:
    """It takes several times as long, and would make every new environment miss the cache."""
    left: list[float | None] = []

    def logins() -> list[Login]:
        left.append(remaining())
        return [Login("", "x")]

    login = CacheLogin(logins)
    cache = RedisUsers(
        redis_client("127.0.0.1", 9, tls=False, login=login),
        ttl_seconds=60,
        breaker=CircuitBreaker("redis", slow_seconds=1.0),
        prepare=login.prepare,
    )
    with pytest.raises(CacheUnavailable):
        cache.get(email_key("ada@example.com"))
    assert left == [None]
