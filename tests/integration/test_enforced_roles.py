"""The application under --iam: its own roles allow what its functions do, and no more."""

import json
import time
import urllib.request
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from samulator.servers.aws.iam.callers import Caller, caller_of
from samulator.template.load import load_application
from testkit.http_calls import Answer, HttpCaller
from tests.embedded_stack import ROOT, EmbeddedStack, start_stack

# tests/unit/deploy/test_roles.py holds each role to the calls of its function in make test.
pytestmark = pytest.mark.long

ROWS = b"order_id,customer_id,product,quantity,price,order_date\n1,2,a,3,4.5,2024-01-01\n"
FILE_SECONDS = 120.0


@pytest.fixture(scope="module")
def enforced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    running = start_stack(tmp_path_factory.mktemp("state"), options=["--iam"])
    yield running
    assert running.interrupt() == 0, running.output.read_text()


def test_the_api_writes_finds_and_reads_users(enforced: EmbeddedStack) -> None:
    call = HttpCaller(enforced.url)
    user = {"name": "Role", "email": "role@x.example", "role": "admin"}
    json_type = {"Content-Type": "application/json"}

    made = call("POST", "/users/", body=json.dumps(user).encode(), headers=json_type)

    assert made.status == 201, made.body
    assert call("GET", "/users/role@x.example").status == 200


def test_a_file_goes_from_a_link_of_the_api_to_a_dataset_that_is_read_queried_and_checked(
    enforced: EmbeddedStack,
) -> None:
    call = HttpCaller(enforced.url)
    json_type = {"Content-Type": "application/json"}
    upload = call("POST", "/datasets/uploads", body=b'{"key": "roles.csv"}', headers=json_type)
    url = json.loads(upload.body)["url"]

    urllib.request.urlopen(urllib.request.Request(url, data=ROWS, method="PUT"), timeout=10)

    deadline = time.monotonic() + FILE_SECONDS
    while _status(call("GET", "/datasets/roles")) != "succeeded":
        assert time.monotonic() < deadline, enforced.output.read_text()
        time.sleep(0.1)

    assert call("GET", "/datasets/roles/rows").status == 200
    assert call("GET", "/datasets/roles/runs").status == 200
    query = json.dumps({"sql": "SELECT count(*) FROM dataset"}).encode()
    asked = call("POST", "/datasets/roles/query", body=query, headers=json_type)
    assert asked.status == 200, asked.body
    check = b'{"key": "roles.csv"}'
    assert call("POST", "/datasets/checks", body=check, headers=json_type).status == 200


def test_what_a_role_does_not_allow_is_refused_and_named(enforced: EmbeddedStack) -> None:
    caller = caller_of(load_application(ROOT / "template.yaml"), "UsersApiFunction")
    assert caller is not None

    with pytest.raises(ClientError) as refused:
        _s3(enforced, caller).put_object(Bucket="sales-processed", Key="report.json", Body=b"{}")

    assert refused.value.response["Error"] == {
        "Code": "AccessDenied",
        "Message": (
            f"User: {caller.arn} is not authorized to perform: s3:PutObject on resource: "
            '"arn:aws:s3:::sales-processed/report.json" because no identity-based policy allows '
            "the s3:PutObject action"
        ),
    }


def _status(answer: Answer) -> str | None:
    """What the report says, which is there in the middle of the work too."""
    if answer.status != 200:
        return None
    status: str = json.loads(answer.body)["report"]["status"]
    return status


def _s3(stack: EmbeddedStack, caller: Caller) -> "boto3.client":
    credentials = {name.lower(): text for name, text in caller.credentials.items()}
    return boto3.client("s3", endpoint_url=stack.aws_url, region_name="us-east-1", **credentials)
