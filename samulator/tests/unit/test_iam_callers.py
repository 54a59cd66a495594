"""AWS_IAM lets everybody on this machine in, and functions see a caller as on AWS."""

import json
from typing import Any

import pytest

from samulator.template.model_http import (
    FunctionUrl,
    Guard,
    HttpApi,
    LambdaProxy,
    RestApi,
    Route,
)
from testkit.doors import Served, serve_api, serve_url
from testkit.functions import FakeFunctions, returned

ACCOUNT = "123456789012"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/execute-api/aws4_request, "
    "SignedHeaders=host, Signature=00"
)


def context_of(served: Served, *, signed: bool) -> dict[str, Any]:
    line = f"Authorization: {SIGNED}\r\n" if signed else ""
    answer = served.ask(f"GET /a HTTP/1.1\r\nHost: localhost\r\n{line}\r\n".encode())
    assert answer.status == 200
    context: dict[str, Any] = json.loads(answer.body)
    return context


@pytest.fixture
def functions() -> FakeFunctions:
    return FakeFunctions({"F": lambda event: returned(json.dumps(event["requestContext"]))})


def guarded(payload: str) -> Route:
    return Route("GET", "/a", LambdaProxy("F", payload), Guard(iam=True))


@pytest.mark.parametrize(("signed", "key"), [(True, "AKIDEXAMPLE"), (False, "local")])
def test_a_rest_api_shows_the_caller_in_the_identity(
    functions: FakeFunctions, signed: bool, key: str
) -> None:
    with serve_api(RestApi("Api", (guarded("1.0"),)), functions) as served:
        context = context_of(served, signed=signed)

    identity = context["identity"]
    assert (identity["accessKey"], identity["accountId"]) == (key, ACCOUNT)
    assert identity["userArn"] == f"arn:aws:iam::{ACCOUNT}:user/local"
    assert identity["caller"] == identity["user"]
    assert "authorizer" not in context


def test_an_http_api_shows_the_caller_beside_the_authorizer(functions: FakeFunctions) -> None:
    with serve_api(HttpApi("Api", (guarded("2.0"),)), functions) as served:
        new = context_of(served, signed=True)
    with serve_api(HttpApi("Api", (guarded("1.0"),)), functions) as served:
        old = context_of(served, signed=True)

    iam = new["authorizer"]["iam"]
    assert (iam["accessKey"], iam["accountId"]) == ("AKIDEXAMPLE", ACCOUNT)
    assert iam["callerId"] == iam["userId"]
    assert iam["cognitoIdentity"] is None
    assert "authorizer" not in old
    assert old["identity"]["accessKey"] == "AKIDEXAMPLE"


def test_a_function_url_is_called_by_the_account(functions: FakeFunctions) -> None:
    with serve_url(FunctionUrl("Url", "F", iam=True), functions) as served:
        context = context_of(served, signed=True)

    assert context["accountId"] == ACCOUNT
    assert context["authorizer"]["iam"]["userArn"] == f"arn:aws:iam::{ACCOUNT}:user/local"
