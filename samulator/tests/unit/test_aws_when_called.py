"""AWS's services start with the stack where functions have anything to ask them for."""

from pathlib import Path

import pytest

from samulator.control.resources import may_be_called
from samulator.template.load import load_application

FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "def handler(event, context): return {}"
      Handler: index.handler
      Runtime: python3.11
      Events:
        Get: {Type: Api, Properties: {Path: /, Method: get}}
"""
POLICY = """
  More:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: more
      Roles: [!Ref FRole]
      PolicyDocument:
        Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]
"""


def read(folder: Path, text: str) -> bool:
    (folder / "template.yaml").write_text(text, encoding="utf-8")
    return may_be_called(load_application(folder / "template.yaml"))


@pytest.mark.parametrize(
    "properties",
    [
        "Tracing: Active",
        "VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}",
        "Policies: [AWSLambdaBasicExecutionRole]",
    ],
)
def test_a_function_that_may_only_log_and_be_traced_asks_for_nothing(
    tmp_path: Path, properties: str
) -> None:
    assert not read(tmp_path, f"{FUNCTION}      {properties}\n")


@pytest.mark.parametrize(
    "more",
    [
        "      Policies: [AmazonDynamoDBReadOnlyAccess]\n",
        "      Policies: [{S3ReadPolicy: {BucketName: files}}]\n",
        "      Role: arn:aws:iam::123456789012:role/elsewhere\n",
        POLICY,
        "  Jobs: {Type: AWS::SQS::Queue}\n",
    ],
    ids=["managed policy", "inline policy", "role elsewhere", "policy by itself", "queue"],
)
def test_a_policy_a_role_elsewhere_or_a_resource_is_something_to_ask_for(
    tmp_path: Path, more: str
) -> None:
    assert read(tmp_path, FUNCTION + more)
