"""What the console tells of signing in, and that it is open to who has not signed in yet."""

import pytest

from api.handler import HttpEntry
from tests.api_client import ApiClient
from tests.unattached_api import refusing_settings

POOL = "https://pool.auth.eu-west-1.amazoncognito.com"


def console(**changes: object) -> ApiClient:
    changes = {"auth_required": True, **changes}
    return ApiClient(HttpEntry(lambda: refusing_settings().model_copy(update=changes)))


@pytest.fixture(autouse=True)
def _lambda_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's policy names the bucket by an address that is signed."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def signing_in() -> ApiClient:
    return console(sign_in_url=POOL, sign_in_client_id="client")


def test_the_page_learns_where_people_sign_in(signing_in: ApiClient) -> None:
    answer = signing_in.get("/console/config.json")
    assert answer.status == 200
    assert answer.json() == {
        "sign_in": {
            "url": POOL,
            "client_id": "client",
            "scope": "openid users/read users/write datasets/read datasets/write",
        }
    }
    policy = signing_in.get("/console").headers["content-security-policy"]
    (connect,) = [each for each in policy.split("; ") if each.startswith("connect-src")]
    assert connect.split()[-1] == POOL


def test_where_nobody_signs_in_that_is_said_and_nothing_else_may_be_called() -> None:
    api = console()
    assert api.get("/console/config.json").json() == {"sign_in": None}
    policy = api.get("/console").headers["content-security-policy"]
    assert "amazoncognito" not in policy


@pytest.mark.parametrize("path", ["/", "/console", "/console/", "/console/page.js"])
def test_the_page_is_open_to_who_has_no_token_yet(signing_in: ApiClient, path: str) -> None:
    assert signing_in.get(path).status in (200, 307)


@pytest.mark.parametrize("path", ["/users", "/docs", "/status/ready"])
def test_all_else_is_not(signing_in: ApiClient, path: str) -> None:
    assert signing_in.get(path).status == 401
