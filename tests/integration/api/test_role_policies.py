"""The API's roles allow each call that its code makes on real stores, and nothing besides."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from api.settings import Settings
from api.wiring import login_of
from tests.api_client import ApiClient, address
from tests.role_policies import SECRET, Call, recorded_calls, roles

pytestmark = pytest.mark.usefixtures("patient")

ROLES = roles()
REPORT = {
    "status": "succeeded",
    "source": {"key": "raw.csv"},
    "rows_in": 1,
    "rows_out": 1,
    "outputs": {"processed_output.csv": {"key": "processed_output.csv", "version_id": "1"}},
}


@pytest.fixture
def dataset(s3: Any) -> Iterator[None]:
    summary = {"source_key": "raw.csv", "status": "succeeded"}
    objects = {"report.json": REPORT, "_datasets/summary.json": summary}
    for key, document in objects.items():
        s3.put_object(Bucket="sales-processed", Key=key, Body=json.dumps(document).encode())
    s3.put_object(Bucket="sales-landing", Key="raw.csv", Body=b"order_id\n")
    yield
    s3.delete_object(Bucket="sales-landing", Key="raw.csv")
    for key in objects:
        s3.delete_object(Bucket="sales-processed", Key=key)


def secret_calls(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> set[Call]:
    """What reading the password makes; the same for every function of the API."""
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        made = client.create_secret(Name="database", SecretString='{"password": "x"}')
        arn = made["ARN"]
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        changed = settings.model_copy(update={"database_secret_arn": arn, "aws_endpoint_url": ""})
        with recorded_calls() as calls:
            assert login_of(changed).password == "x"
    return {Call(call.action, SECRET) for call in calls}


def check(role: str, calls: set[Call], *, unused: frozenset[str] = frozenset()) -> None:
    assert sorted(str(call) for call in calls if not ROLES[role].allows(call)) == []
    assert {call.action for call in calls} | unused == ROLES[role].actions_of_the_code


def test_users_api_makes_exactly_the_calls_that_its_role_allows(
    api: ApiClient, settings: Settings, dataset: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recorded_calls() as calls:
        api.create("ada@example.com")
        assert api.get("/users/search", query="q=ada").status == 200
        assert api.patch(address("ada@example.com"), {"name": "Ada"}).status == 200
        assert api.delete(address("ada@example.com")).status == 204
        assert api.get("/status/ready").status == 200
        assert api.get("/datasets/").status == 200
        assert api.post("/datasets/runs", {"dataset": "raw"}).status == 202
        assert api.post("/datasets/uploads", {"key": "raw.csv"}).status == 201
        large = {"key": "raw.csv", "bytes": 6 * 1024**3}
        assert api.post("/datasets/uploads", large).status == 201
    check("UsersApiRole", calls | secret_calls(settings, monkeypatch))


def test_search_sync_makes_exactly_the_calls_that_its_role_allows(
    make_api: Callable[..., ApiClient],
    sync: Callable[..., Any],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away = make_api(opensearch_url="http://127.0.0.1:9")
    with recorded_calls() as calls:
        sync({"action": "rebuild"})
        away.create("ada@example.com")
    before = {call for call in calls if "/_doc/" not in call.resource}
    with recorded_calls() as calls:
        sync()
        sync({"action": "rebuild"})
    # What removes a half-built index when a rebuild fails in the middle.
    only_after_failure = frozenset({"es:ESHttpDelete"})
    made = before | calls | secret_calls(settings, monkeypatch)
    check("SearchSyncRole", made, unused=only_after_failure)
