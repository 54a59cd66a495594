"""Scopes from the claims that API Gateway verified; nothing without them on AWS."""

import pytest

from tests.api_client import ApiClient, address
from tests.integration.api.conftest import MakeApi

pytestmark = pytest.mark.usefixtures("patient")

READ, WRITE = {"scope": "users:read"}, {"scope": "openid users:write"}
BODY = {"name": "Ada", "email": "ada@example.com", "role": "admin"}


@pytest.fixture
def guarded(make_api: MakeApi) -> ApiClient:
    return make_api(auth_required=True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users/"),
        ("HEAD", "/users/"),
        ("GET", "/users/search?q=a"),
        ("GET", address("ada@example.com")),
        ("POST", "/users/"),
        ("PATCH", address("ada@example.com")),
        ("DELETE", address("ada@example.com")),
        ("GET", "/datasets/"),
        ("POST", "/datasets/uploads"),
        ("POST", "/datasets/runs"),
        ("GET", "/status/ready"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
    ],
)
def test_request_without_claims_is_401_before_anything_is_read(
    guarded: ApiClient, method: str, path: str
) -> None:
    for body in (None, b"{", b'{"name":'):
        answer = guarded.call(method, path, body=body, headers={"Authorization": "Bearer x"})
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_status_is_open(guarded: ApiClient) -> None:
    assert guarded.get("/status").status == 200


def test_scope_lets_through_what_it_names_and_no_more(guarded: ApiClient) -> None:
    assert guarded.post("/users/", BODY, claims=WRITE).status == 201
    path = address("ada@example.com")
    assert guarded.get(path, claims=READ).status == 200
    assert guarded.call("HEAD", path, claims=READ).status == 200
    assert guarded.get(path, claims=WRITE).status == 403
    assert guarded.patch(path, {"name": "X"}, claims=READ).status == 403
    assert guarded.delete(path, claims=READ).status == 403
    assert guarded.get("/datasets/", claims=READ).status == 403
    answer = guarded.delete(path, claims={"scope": "datasets:write"})
    assert "users:write" in answer.json()["detail"]
    assert "insufficient_scope" in answer.headers["www-authenticate"]
    assert guarded.get("/status/ready", claims={"sub": "x"}).status == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"scp": "users:read"},
        {"scp": "[openid users:read users:write]"},
        {"scope": "[users:read]"},
        {"scope": "", "scp": "users:read"},
        {"scope": "users/read"},
    ],
    ids=["entra", "okta", "list", "empty-scope", "cognito"],
)
def test_scopes_are_read_as_each_issuer_writes_them(
    guarded: ApiClient, claims: dict[str, str]
) -> None:
    assert guarded.get("/users/", claims=claims).status == 200
    assert guarded.get("/datasets/", claims=claims).status == 403


@pytest.mark.parametrize("scp", ["", "[]", "[users:readx]", "users:read]", ["users:read"], None])
def test_other_scps_grant_nothing(guarded: ApiClient, scp: object) -> None:
    assert guarded.get("/users/", claims={"sub": "x", "scp": scp}).status == 403


def test_scp_adds_nothing_to_a_scope_that_is_there(guarded: ApiClient) -> None:
    claims = {"scope": "users:read", "scp": "users:write"}
    assert guarded.post("/users/", BODY, claims=claims).status == 403


@pytest.mark.parametrize(
    "scope", ["", "users:readx", "users", "USERS:READ", None, ["users:read"], 7]
)
def test_other_scopes_grant_nothing(guarded: ApiClient, scope: object) -> None:
    assert guarded.get("/users/", claims={"sub": "x", "scope": scope}).status == 403


def test_claims_count_also_where_none_are_required(api: ApiClient) -> None:
    assert api.get("/users/").status == 200
    assert api.get("/users/", claims={"scope": "datasets:read"}).status == 403


def test_guarded_document_names_the_token_and_its_refusals(guarded: ApiClient) -> None:
    document = guarded.get("/openapi.json", claims=READ).json()
    assert document["paths"]["/users"]["get"]["security"] == [{"token": []}]
    assert {"401", "403"} <= document["paths"]["/users"]["get"]["responses"].keys()
    assert "security" not in document["paths"]["/status"]["get"]


def test_document_names_the_token_also_where_none_is_required(api: ApiClient) -> None:
    document = api.get("/openapi.json").json()
    call = document["paths"]["/datasets/{name}/rows"]["get"]
    assert call["security"] == [{}, {"token": []}]
    assert {"401", "403"} <= call["responses"].keys()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
