"""The connection to PostgreSQL: TLS, secrets, prepared plans, lost servers."""

import json
import ssl
import time
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
import trustme
from pydantic import SecretStr

from api.database.connection import Database
from api.database.session import Session
from api.errors import DatabaseUnavailable
from api.settings import Settings
from api.wiring import build_database
from samulator.servers.group import Servers
from tests.integration.api.conftest import Proxies
from tests.tls_front import TlsFront


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = build_database(settings)
    yield opened
    opened.close()


def test_server_without_tls_is_refused_not_spoken_to_in_the_clear(
    settings: Settings, proxies: Proxies
) -> None:
    verifying = settings.model_copy(
        update={"database_tls": "verify-full", "database_port": proxies.postgres.port}
    )
    database = build_database(verifying)
    with pytest.raises(DatabaseUnavailable):
        database.run("SELECT 1", repeatable=True)
    # The question for TLS and nothing after it: no user name, no password.
    assert proxies.postgres.round_trips == proxies.postgres.connections == 1


@pytest.mark.parametrize(
    ("named", "trusted", "accepted"),
    [("localhost", True, True), ("db.example.com", True, False), ("localhost", False, False)],
)
def test_only_a_trusted_certificate_of_the_right_name_is_spoken_to(
    settings: Settings,
    services: Servers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    trusted: bool,
    accepted: bool,
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    roots = tmp_path / "roots.pem"
    (authority if trusted else stranger).cert_pem.write_to_path(str(roots))
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(named).configure_cert(context)
    with TlsFront(services.data["postgres"].port, context) as front:
        verifying = {
            "database_tls": "verify-full",
            "database_host": "localhost",
            "database_port": front.port,
        }
        database = build_database(settings.model_copy(update=verifying))
        refused = pytest.raises(DatabaseUnavailable, match="certificate is not trusted")
        with nullcontext() if accepted else refused:
            assert database.run("SELECT 1") == [[1]]
        database.close()


def test_wrong_password_is_unavailable_and_not_told(settings: Settings) -> None:
    wrong = settings.model_copy(update={"database_password": SecretStr("wr0ng")})
    with pytest.raises(DatabaseUnavailable) as raised:
        build_database(wrong).run("SELECT 1")
    assert "wr0ng" not in str(raised.value)


def test_rotated_secret_is_read_again(settings: Settings) -> None:
    client = boto3.client("secretsmanager", endpoint_url=settings.aws_endpoint_url)
    good = settings.database_password.get_secret_value()
    secret = client.create_secret(
        Name="database", SecretString=json.dumps({"username": "app", "password": "old"})
    )
    rotated = settings.model_copy(
        update={"database_password": SecretStr(""), "database_secret_arn": secret["ARN"]}
    )
    database = build_database(rotated)
    with pytest.raises(DatabaseUnavailable):
        database.run("SELECT 1")
    client.put_secret_value(SecretId=secret["ARN"], SecretString=json.dumps({"password": good}))
    assert database.run("SELECT 1") == [[1]]
    database.close()
    client.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
    client.close()


@pytest.mark.parametrize("content", ["s3cret", "[]", "{}"])
def test_secret_of_an_unknown_shape_is_unavailable_and_not_told(
    settings: Settings, content: str
) -> None:
    client = boto3.client("secretsmanager", endpoint_url=settings.aws_endpoint_url)
    secret = client.create_secret(Name=f"shape-{uuid.uuid4()}", SecretString=content)
    shapeless = settings.model_copy(
        update={"database_password": SecretStr(""), "database_secret_arn": secret["ARN"]}
    )
    with pytest.raises(DatabaseUnavailable, match=r"^The database's credentials cannot be read\.$"):
        build_database(shapeless).run("SELECT 1")
    client.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
    client.close()


def test_a_secret_that_the_database_does_not_know_yet_closes_nothing(settings: Settings) -> None:
    client = boto3.client("secretsmanager", endpoint_url=settings.aws_endpoint_url)
    good = settings.database_password.get_secret_value()
    secret = client.create_secret(
        Name=f"rotated-{uuid.uuid4()}", SecretString=json.dumps({"password": good})
    )
    client.put_secret_value(SecretId=secret["ARN"], SecretString=json.dumps({"password": "new"}))
    rotated = settings.model_copy(
        update={"database_password": SecretStr(""), "database_secret_arn": secret["ARN"]}
    )
    for _ in range(2):
        database = build_database(rotated)
        assert database.run("SELECT 1") == [[1]]
        database._discard()
        assert database.run("SELECT 1") == [[1]]
        database.close()
        # The second time it was known before: the database was told, then told back.
        client.put_secret_value(SecretId=secret["ARN"], SecretString=json.dumps({"password": good}))
    client.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
    client.close()


def test_plan_that_a_migration_made_stale_is_made_anew(database: Database) -> None:
    database.run("CREATE TEMP TABLE plan (a int)")
    database.run("INSERT INTO plan VALUES (1)")
    assert database.run("SELECT * FROM plan") == [[1]]
    database.run("ALTER TABLE plan ADD COLUMN b int")
    assert database.run("SELECT * FROM plan") == [[1, None]]


def fail_after_writing(session: Session) -> None:
    session.run(
        "INSERT INTO search_outbox (user_id, revision, email_keys)"
        " VALUES (gen_random_uuid(), 1, ARRAY['x'])"
    )
    raise RuntimeError


def test_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        fail_after_writing(session)
    assert database.run("SELECT count(*) FROM search_outbox") == [[0]]


def test_statement_that_takes_too_long_is_unavailable(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        database.run("SELECT pg_sleep(5)")
    assert database.run("SELECT 1") == [[1]]


def test_connection_ended_by_the_server_is_replaced_before_use(
    database: Database, settings: Settings
) -> None:
    (pid,) = database.run("SELECT pg_backend_pid()")[0]
    other = build_database(settings)
    other.run("SELECT pg_terminate_backend(CAST(:pid AS int), 5000)", pid=pid)
    other.close()
    assert database.run("SELECT 1") == [[1]]


def test_connection_is_replaced_before_the_server_ends_it_for_being_idle(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pid,) = database.run("SELECT pg_backend_pid()")[0]
    ((limit,),) = database.run(
        "SELECT setting::int / 1000 FROM pg_settings WHERE name = 'idle_session_timeout'"
    )
    nearly = SimpleNamespace(monotonic=lambda: time.monotonic() + limit - 1)
    monkeypatch.setattr("api.database.session.time", nearly)
    assert database.run("SELECT pg_backend_pid()") != [[pid]]
