"""What a run leaves in its log: no name, email, search text or token; and what it must leave."""

import io
import json

import pytest

from api.observability import get_logger
from tests.api_client import ApiClient, address
from tests.integration.api.conftest import MakeApi, Proxies

SECRETS = ("zelda", "fitzgerald", "s3cr3t", "painter")


def test_log_of_a_run_holds_no_personal_data(
    make_api: MakeApi,
    proxies: Proxies,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    lines = io.StringIO()
    for handler in get_logger().handlers:
        handler.setStream(lines)
    api = make_api(**proxies.settings())
    body = {"name": "Fitzgerald", "email": "Zelda@example.com", "role": "painter"}
    token = {"Authorization": "Bearer s3cr3t"}
    for _ in range(2):
        exercise(api, body, token)
        proxies.postgres.garbage = b"zelda"
    proxies.postgres.heal()
    proxies.redis.refuse()
    proxies.opensearch.refuse()
    exercise(api, body, token)
    out, err = capfd.readouterr()
    written = (lines.getvalue() + out + err + caplog.text).lower()
    assert '"status":201' in written
    assert [secret for secret in SECRETS if secret in written] == []


def exercise(api: ApiClient, body: dict[str, str], token: dict[str, str]) -> None:
    api.post("/users/", body, headers=token)
    api.post("/users/", body, headers=token)
    api.post("/users/", body | {"zelda": 1}, headers=token)
    api.get(address("zelda@example.com"), headers=token)
    api.get("/zelda@example.com")
    api.patch(address("zelda@example.com"), {"name": "Fitzgerald\0"})
    api.get("/users/search", query="q=fitzgerald")
    api.get("/users/", query="cursor=zelda&role=painter")
    api.delete(address("zelda@example.com"), headers={"If-Match": '"zelda"'})
    api.delete(address("zelda@example.com"))


def metrics(lines: str) -> list[dict[str, object]]:
    parsed = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return [line for line in parsed if "_aws" in line]


@pytest.mark.usefixtures("patient")
def test_metrics_count_requests_by_route_and_outcome(
    make_api: MakeApi, capfd: pytest.CaptureFixture[str]
) -> None:
    api = make_api(opensearch_url="http://127.0.0.1:9")
    api.create("ada@example.com")
    capfd.readouterr()
    api.get(address("ada@example.com"))
    api.get(address("ada@example.com"))
    api.get(address("nobody@example.com"))
    api.get("/users/search", query="q=ada")
    api.get("/nothing/ada@example.com")
    written = metrics(capfd.readouterr().out)
    assert [(line["route"], line["outcome"]) for line in written] == [
        ("GET /users/{email}", "2xx"),
        ("GET /users/{email}", "2xx"),
        ("GET /users/{email}", "4xx"),
        ("GET /users/search", "2xx"),
        ("GET unmatched", "4xx"),
    ]
    assert ("CacheMiss" in written[0], "CacheHit" in written[1]) == (True, True)
    assert written[3]["DegradedSearches"] == [1.0]
    assert all(line["Requests"] == [1.0] and line["service"] == "users-api" for line in written)
