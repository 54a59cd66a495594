"""What the log says of a backend that fails: which, how, and once."""

import logging
import ssl
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from samulator.servers.group import Servers
from tests.api_client import ApiClient, address
from tests.integration.api.conftest import MakeApi, Proxies
from tests.tls_front import TlsFront

pytestmark = pytest.mark.usefixtures("patient")

DEAD = "http://127.0.0.1:9"


class Lines:
    """The lines that the API logged since the last look."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        caplog.set_level(logging.INFO)

    def take(self, message: str) -> list[Any]:
        found = [line for line in self._caplog.records if line.getMessage() == message]
        self._caplog.clear()
        return found


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    return Lines(caplog)


@pytest.mark.parametrize(
    ("changes", "path", "kind", "cause", "code"),
    [
        (
            {"database_port": 9},
            "/users/",
            "DatabaseUnavailable",
            "builtins.ConnectionRefusedError",
            None,
        ),
        (
            {"database_password": SecretStr("wr0ng")},
            "/users/",
            "DatabaseUnavailable",
            "pg8000.exceptions.DatabaseError",
            "28P01",
        ),
        (
            {"database_password": SecretStr(""), "database_secret_arn": "gone"},
            "/users/",
            "DatabaseUnavailable",
            "botocore.errorfactory.ResourceNotFoundException",
            "ResourceNotFoundException",
        ),
        (
            {"processed_bucket": "no-such-bucket"},
            "/datasets/",
            "StorageUnavailable",
            "botocore.errorfactory.NoSuchBucket",
            "NoSuchBucket",
        ),
        (
            {"aws_endpoint_url": DEAD},
            "/datasets/",
            "StorageUnavailable",
            "botocore.exceptions.EndpointConnectionError",
            None,
        ),
    ],
    ids=["refused", "password", "secret", "bucket", "storage"],
)
def test_request_line_of_a_503_says_what_failed_and_how(
    make_api: MakeApi,
    s3: Any,
    lines: Lines,
    changes: dict[str, Any],
    path: str,
    kind: str,
    cause: str,
    code: str | None,
) -> None:
    api = make_api(**changes)
    assert api.get(path).status == 503
    (line,) = lines.take("request")
    assert line.status == 503
    assert line.error[0] == f"api.errors.{kind}"
    assert cause in line.error
    assert getattr(line, "code", None) == code
    assert any("functions/api/api/" in place for place in line.places)


def test_untrusted_certificate_is_told_from_a_wrong_password(
    make_api: MakeApi, services: Servers, lines: Lines
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with TlsFront(services.data["postgres"].port, context) as front:
        api = make_api(
            database_tls="verify-full", database_host="localhost", database_port=front.port
        )
        assert api.get("/users/").status == 503
    (line,) = lines.take("request")
    assert "ssl.SSLCertVerificationError" in line.error


def test_request_that_went_well_names_no_error(api: ApiClient, lines: Lines) -> None:
    api.create("ada@example.com")
    assert api.get("/users/nobody@example.com").status == 404
    for line in lines.take("request"):
        assert not hasattr(line, "error")


def test_outage_of_cache_and_index_is_logged_once_each_however_many_requests_meet_it(
    proxied_api: ApiClient, proxies: Proxies, lines: Lines
) -> None:
    proxied_api.create("ada@example.com")
    proxies.redis.refuse()
    proxies.opensearch.refuse()
    for _ in range(6):
        assert proxied_api.get(address("ada@example.com")).status == 200
        assert proxied_api.patch(address("ada@example.com"), {"role": "x"}).status == 200
        assert proxied_api.get("/users/search", query="q=ada").json()["degraded"]
    found = lines.take("breaker opened")
    backends = ["opensearch searches", "opensearch writes", "redis"]
    assert sorted(line.backend for line in found) == backends
    opened = {line.backend: line.error for line in found}
    assert opened["redis"][0] == "redis.exceptions.ConnectionError"
    assert "opensearchpy.exceptions.ConnectionError" in opened["opensearch writes"]


def test_readiness_says_why_a_backend_is_down(make_api: MakeApi, lines: Lines) -> None:
    api = make_api(redis_port=9, opensearch_url=DEAD, database_password=SecretStr("wr0ng"))
    assert api.get("/status/ready").status == 503
    found = {line.backend: line for line in lines.take("backend is down")}
    assert sorted(found) == ["opensearch", "postgres", "redis"]
    assert found["postgres"].code == "28P01"
    assert "redis.exceptions.ConnectionError" in found["redis"].error
