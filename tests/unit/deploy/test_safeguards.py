"""A first deployment that fails is kept, and a later one cannot replace what holds data."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends

from infrastructure.safeguards import first_option, set_policies
from tests.unit.deploy.test_template import RESOURCES

REGION = "eu-west-1"
TOPIC = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
OUTER = {
    "Resources": {
        "Stores": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": "https://templates.s3.amazonaws.com/stores"},
        }
    }
}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, text in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", text)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="templates")
        s3.put_object(Bucket="templates", Key="stores", Body=TOPIC)
        yield boto3.client("cloudformation", region_name=REGION)


def create(client: Any, status: str = "CREATE_COMPLETE") -> None:
    client.create_stack(StackName="sales", TemplateBody=json.dumps(OUTER))
    for stack in cloudformation_backends["123456789012"][REGION].stacks.values():
        stack.status = status


def test_a_first_deployment_is_kept_when_it_fails(client: Any) -> None:
    assert first_option(client, "sales") == "--disable-rollback"


def test_one_that_goes_on_where_the_first_failed_is_kept_too(client: Any) -> None:
    create(client, "CREATE_FAILED")
    assert first_option(client, "sales") == "--disable-rollback"


def test_later_deployments_roll_back(client: Any) -> None:
    create(client)
    assert first_option(client, "sales") == ""


def policies(client: Any) -> list[Any]:
    names = [stack["StackName"] for stack in client.describe_stacks()["Stacks"]]
    bodies = [client.get_stack_policy(StackName=name)["StackPolicyBody"] for name in names]
    assert len(bodies) == 2
    return [json.loads(body)["Statement"] for body in bodies]


def test_no_stack_of_a_deployment_may_replace_or_remove_a_store(client: Any) -> None:
    create(client)
    set_policies(client, "sales", protected=True)
    for _, denied in policies(client):
        assert (denied["Effect"], denied["Resource"]) == ("Deny", "*")
        assert denied["Action"] == ["Update:Replace", "Update:Delete"]
        kinds = denied["Condition"]["StringEquals"]["ResourceType"]
        # All whose data outlives them by the template's own word; the index is made anew.
        kept = {
            one["Type"]
            for one in RESOURCES.values()
            if one.get("UpdateReplacePolicy") in ("Retain", "Snapshot")
        }
        assert kept <= set(kinds)


def test_a_replacement_that_is_meant_is_allowed_until_the_next_deployment(client: Any) -> None:
    create(client)
    set_policies(client, "sales", protected=True)
    set_policies(client, "sales", protected=False)
    assert [len(statements) for statements in policies(client)] == [1, 1]


def test_a_deployment_that_is_not_there_has_nothing_to_protect(client: Any) -> None:
    set_policies(client, "sales", protected=True)
    assert client.describe_stacks()["Stacks"] == []
