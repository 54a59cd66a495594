"""Clients that name an API's own host on AWS are led to this machine, in workers alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from requests import Response

from samulator.functions import execute_api
from samulator.functions.aws_guard import AwsRefused, _refuse
from samulator.functions.execute_api import PREFIX, VARIABLE, local_url
from samulator.servers.aws.eventbridge.http_target import LocalApis
from samulator.servers.aws.step_functions import gateway_calls
from samulator.servers.aws.step_functions.gateway_calls import UnknownEndpoint

PROGRAM = """
import os, sys
sys.path.insert(0, {own!r})
from execute_api import lead_execute_api
os.environ["SAMULATOR_EXECUTE_API"] = {value!r}
lead_execute_api()
assert not any(name.startswith("botocore") for name in sys.modules)
import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
client = boto3.client(
    "apigatewaymanagementapi", endpoint_url={url!r}, region_name="us-east-1",
    aws_access_key_id="local", aws_secret_access_key="local",
    config=Config(retries={{"total_max_attempts": 1}}),
)
try:
    client.get_connection(ConnectionId="AAAAAAAAAAAAAAA=")
except EndpointConnectionError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (
            "https://Chat.execute-api.us-east-1.amazonaws.com/prod/@connections/a%3D",
            "/chat/prod/@connections/a%3D",
        ),
        ("https://chat.execute-api.cn-north-1.amazonaws.com.cn/prod", "/chat/prod"),
        ("https://chat.execute-api.us-east-1.api.aws/?a=b", "/chat/?a=b"),
        ("https://chat.execute-api.us-east-1.amazonaws.com:443/p", "/chat/p"),
    ],
)
def test_the_host_of_an_api_of_the_template_is_here(
    monkeypatch: pytest.MonkeyPatch, url: str, place: str
) -> None:
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:3001 chat other")

    assert local_url(url) == f"http://127.0.0.1:3001/execute-api{place}"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.execute-api.us-east-1.amazonaws.com/prod",
        "https://chat.execute-api.us-east-1.amazonaws.com.example/prod",
        "https://sqs.us-east-1.amazonaws.com/",
        "http://127.0.0.1:3002/prod",
    ],
)
def test_other_hosts_stay(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:3001 chat")
    assert local_url(url) is None
    monkeypatch.delenv(VARIABLE)
    assert local_url("https://chat.execute-api.us-east-1.amazonaws.com/prod") is None


APIS = LocalApis({"Rest": "http://127.0.0.1:3000"}, {"Rest": "Prod"})


def called(endpoint: str, **parameters: object) -> str:
    task = {"ApiEndpoint": endpoint, "Method": "POST", **parameters}
    return gateway_calls.local_url("http://127.0.0.1:3001", APIS, task)


@pytest.mark.parametrize("place", [("Prod", "/@connections/a="), ("/Prod/", "@connections/a=")])
def test_a_task_of_a_state_machine_that_names_the_host_asks_here(place: tuple[str, str]) -> None:
    asked = called("Chat.execute-api.us-east-1.amazonaws.com", Stage=place[0], Path=place[1])

    assert asked == f"http://127.0.0.1:3001{PREFIX}/Chat/Prod/@connections/a="


def test_a_task_asks_other_apis_of_the_template_at_their_doors_and_nobody_else() -> None:
    host = "Rest.execute-api.us-east-1.amazonaws.com"
    queried = called(host, Stage="Prod", Path="/items", QueryParameters={"a": ["1", "2"]})

    assert queried == "http://127.0.0.1:3000/items?a=1&a=2"
    assert called(host, Stage="Prod") == "http://127.0.0.1:3000/"
    with pytest.raises(UnknownEndpoint, match="is no API of this machine"):
        called("api.example.com")


@pytest.mark.parametrize(("body", "read"), [("", ""), ('{"a": 1}', {"a": 1})])
def test_what_an_api_answers_is_what_its_task_returns(body: str, read: object) -> None:
    answer = Response()
    answer.status_code, answer._content = 200, body.encode()
    answer.headers["X-One"] = "1"

    assert gateway_calls.output(answer) == {
        "Headers": {"X-One": ["1"]},
        "ResponseBody": read,
        "StatusCode": 200,
        "StatusText": "OK",
    }


def test_another_client_is_told_where_connections_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:3001 chat")
    refused = {}
    for host in ("Chat", "other"):
        named = f"{host}.execute-api.us-east-1.amazonaws.com"
        with pytest.raises(AwsRefused) as raised:
            _refuse("socket.getaddrinfo", (named, 443))
        refused[host] = str(raised.value)

    assert refused["Chat"].endswith("others at http://127.0.0.1:3001/execute-api/chat/STAGE")
    assert "@connections" not in refused["other"]


def test_a_client_of_boto3_that_names_the_host_asks_here() -> None:
    program = PROGRAM.format(
        own=str(Path(execute_api.__file__).parent),
        value="http://127.0.0.1:9 chat",
        url="https://Chat.execute-api.us-east-1.amazonaws.com/prod",
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert '"http://127.0.0.1:9/execute-api/chat/prod/@connections/AAAAAAAAAAAAAAA%3D"' in (
        done.stdout
    )
