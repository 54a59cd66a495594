"""APIs and API destinations as targets of rules: what is asked, and who may be."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.events.models import events_backends

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.eventbridge.http_target import LocalApis, api_request
from samulator.servers.aws.step_functions.http_tasks import written

EVENT = {"source": "shop", "detail-type": "Order placed", "detail": {"id": "a/b", "n": 7}}
APIS = LocalApis(
    {"RestApi": "http://127.0.0.1:3000", "HttpApi": "http://127.0.0.1:3003"},
    {"RestApi": "Prod", "HttpApi": "$default"},
)
# Shared with no other test: backends are those of the whole process.
REGION = "eu-north-1"
EVENTS = f"arn:aws:events:{REGION}:{ACCOUNT_ID}"
AWS = f"execute-api.{REGION}.amazonaws.com"


def api(route: str, **parameters: Any) -> dict[str, Any]:
    arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{route}"
    return {"Id": "t", "Arn": arn, "HttpParameters": parameters}


@pytest.mark.parametrize(
    ("route", "asked"),
    [
        ("RestApi/Prod/PUT/orders", ("PUT", "http://127.0.0.1:3000/orders")),
        ("HttpApi/$default/POST/a/b", ("POST", "http://127.0.0.1:3003/a/b")),
        ("RestApi/Prod/*/", ("POST", "http://127.0.0.1:3000/")),
    ],
)
def test_an_api_is_asked_at_its_door_without_the_stage(route, asked):
    request = api_request(api(route), EVENT, APIS.urls)

    assert (request.method, request.url) == asked
    assert request.is_door


def test_parameters_of_a_target_are_constants_or_parts_of_the_event():
    target = api(
        "RestApi/Prod/POST/orders/*/items/*",
        PathParameterValues=["$.detail.id", "first"],
        QueryStringParameters={"kind": "$.detail-type", "gone": "$.detail.nothing"},
        HeaderParameters={"x-number": "$.detail.n", "x-from": "rule"},
    )

    request = api_request(target, EVENT, APIS.urls)

    assert request.url == ("http://127.0.0.1:3000/orders/a%2Fb/items/first?kind=Order+placed&gone=")
    assert request.headers == {
        "Content-Type": "application/json; charset=utf-8",
        "x-number": "7",
        "x-from": "rule",
    }


def test_an_api_that_is_not_in_the_template_is_named():
    with pytest.raises(LookupError, match="there is no API Other in this template"):
        api_request(api("Other/Prod/GET/"), EVENT, APIS.urls)


@pytest.mark.parametrize(
    ("endpoint", "door"),
    [
        (f"https://restapi.{AWS}/Prod/orders?a=1", "http://127.0.0.1:3000/orders?a=1"),
        (f"https://HttpApi.{AWS}/orders", "http://127.0.0.1:3003/orders"),
        (f"https://HttpApi.{AWS}", "http://127.0.0.1:3003/"),
        (f"https://other.{AWS}/Prod/orders", None),
        ("https://example.com/Prod", None),
    ],
)
def test_the_address_of_an_api_on_aws_is_that_of_its_door(endpoint, door):
    assert APIS.door(endpoint) == door


@pytest.fixture
def backend() -> Iterator[Any]:
    backend = events_backends[ACCOUNT_ID][REGION]
    yield backend
    backend.reset()


def asked_for(backend: Any, endpoint: str, kind: str, auth: dict[str, Any], **hosts: Any) -> Any:
    connection = backend.create_connection("c", "", kind, auth)
    backend.create_api_destination("d", "", connection.arn, endpoint, "1", "POST")
    destinations = ApiDestinations(APIS, hosts.get("hosts", ()))
    target = {"Id": "t", "Arn": f"{EVENTS}:api-destination/d/any"}
    return destinations.request(target, EVENT, '{"n": 1}')


KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "k"}}
USER = {"BasicAuthParameters": {"Username": "me", "Password": "secret"}}


def test_a_destination_on_this_machine_is_asked_with_what_its_connection_says(backend):
    further = {
        "InvocationHttpParameters": {
            "HeaderParameters": [{"Key": "x-more", "Value": "1"}],
            "QueryStringParameters": [{"Key": "q", "Value": "a b"}],
            "BodyParameters": [{"Key": "by", "Value": "samulator"}],
        }
    }

    request, body = asked_for(backend, "http://127.0.0.1:9/hook?x=1", "API_KEY", KEY | further)

    assert request.url == "http://127.0.0.1:9/hook?x=1&q=a+b"
    assert (request.headers["x-key"], request.headers["x-more"]) == ("k", "1")
    assert request.headers["User-Agent"] == "Amazon/EventBridge/ApiDestinations"
    assert json.loads(body) == {"n": 1, "by": "samulator"}


def test_a_name_and_a_password_are_those_of_basic_authentication(backend):
    request, body = asked_for(backend, f"https://httpapi.{AWS}/hook", "BASIC", USER)

    assert request.headers["Authorization"] == f"Basic {base64.b64encode(b'me:secret').decode()}"
    assert (request.url, body) == ("http://127.0.0.1:3003/hook", '{"n": 1}')


@pytest.mark.parametrize(
    ("endpoint", "kind", "reason"),
    [
        (
            "https://hooks.example.com/x",
            "API_KEY",
            r'api_destinations = \["hooks.example.com"\] in local.toml permits it',
        ),
        (f"https://other.{AWS}/x", "API_KEY", "is AWS itself, which nothing here calls"),
        ("http://localhost/x", "OAUTH_CLIENT_CREDENTIALS", "connection c asks for a token"),
    ],
)
def test_what_a_destination_may_not_ask_is_refused(backend, endpoint, kind, reason):
    with pytest.raises(ValueError, match=reason):
        asked_for(backend, endpoint, kind, KEY, hosts=[f"other.{AWS}"])


def test_a_task_of_a_state_machine_asks_with_a_connection_too(backend):
    connection = backend.create_connection("c", "", "BASIC", USER)
    task = {
        "ApiEndpoint": "http://localhost/pay?a=1",
        "Method": "POST",
        "Headers": {"x-n": 1},
        "QueryParameters": {"q": ["1", "2"]},
        "RequestBody": {"n": 1},
    }

    request, body = ApiDestinations(APIS, ()).with_connection(*described(task, connection.arn))

    assert request.url == "http://localhost/pay?a=1&q=1&q=2"
    assert (request.method, body, request.headers["x-n"]) == ("POST", '{"n": 1}', "1")
    assert request.headers["Authorization"].startswith("Basic ")
    form = {**task, "Transform": {"RequestBodyEncoding": "URL_ENCODED"}}
    request, body = written(form)
    assert (body, request.headers["Content-Type"]) == ("n=1", "application/x-www-form-urlencoded")
    assert written({**task, "RequestBody": None})[1] == ""


TASK = {"ApiEndpoint": "http://localhost/", "Method": "GET"}


def described(task: dict[str, Any], connection: str) -> tuple[Any, str, str]:
    request, body = written(task)
    return request, connection, body


def test_a_host_that_local_toml_names_is_asked(backend):
    request, _ = asked_for(
        backend, "https://Hooks.example.com/x", "API_KEY", KEY, hosts=["hooks.example.com"]
    )

    assert (request.url, request.is_door) == ("https://Hooks.example.com/x", False)


@pytest.mark.parametrize("arn", [f"{EVENTS}:connection/gone/1", "None"])
def test_a_connection_that_is_not_there_is_named(arn):
    with pytest.raises(LookupError, match=f"there is no connection {arn}"):
        ApiDestinations(APIS, ()).with_connection(written({**TASK})[0], arn, "")


def test_a_destination_that_is_not_there_is_named():
    with pytest.raises(LookupError, match="there is no API destination gone"):
        ApiDestinations(APIS, ()).request(
            {"Arn": f"{EVENTS}:api-destination/gone/any"}, EVENT, "{}"
        )
