"""What a deployment must not do by accident: take back a first one, or replace what holds data.

`first` prints the option of `sam deploy` that keeps what a first deployment has made when it fails.
`protect` has CloudFormation itself refuse to replace or remove stores; `release` lets it again.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# To these there is nothing to go back: what was made stays, and the next deployment goes on.
_NEVER_COMPLETE = ("CREATE_FAILED", "UPDATE_FAILED")
_STORES = [
    "AWS::RDS::DBInstance",
    "AWS::OpenSearchService::Domain",
    "AWS::Cognito::UserPool",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
]
_ANYTHING = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
_NOT_STORES = {
    "Effect": "Deny",
    "Action": ["Update:Replace", "Update:Delete"],
    "Principal": "*",
    "Resource": "*",
    "Condition": {"StringEquals": {"ResourceType": _STORES}},
}


def main() -> None:
    """Exit status 1 with one line where AWS cannot be asked."""
    parser = argparse.ArgumentParser(prog="infrastructure.safeguards", description=__doc__)
    parser.add_argument("action", choices=["first", "protect", "release"])
    parser.add_argument("--stack", required=True)
    arguments = parser.parse_args()
    client = boto3.client("cloudformation")
    try:
        if arguments.action == "first":
            sys.stdout.write(first_option(client, arguments.stack))
        else:
            set_policies(client, arguments.stack, protected=arguments.action == "protect")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"{arguments.action} {arguments.stack}: {error}")


def first_option(client: Any, stack: str) -> str:  # noqa: ANN401 - a client of boto3
    """`--disable-rollback` while the stack was never complete, else nothing."""
    status = _status(client, stack)
    is_first = status is None or status in ("REVIEW_IN_PROGRESS", *_NEVER_COMPLETE)
    return "--disable-rollback" if is_first else ""


def set_policies(client: Any, stack: str, *, protected: bool) -> None:  # noqa: ANN401 - as above
    """A stack policy on the stack and on each nested one; a stack that is not there has none.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
    """
    statements = [_ANYTHING, _NOT_STORES] if protected else [_ANYTHING]
    for name in _with_nested(client, stack):
        client.set_stack_policy(
            StackName=name, StackPolicyBody=json.dumps({"Statement": statements})
        )


def _with_nested(client: Any, stack: str) -> Iterator[str]:  # noqa: ANN401 - as above
    if _status(client, stack) is None:
        return
    yield stack
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            nested = resource.get("PhysicalResourceId")
            if resource["ResourceType"] == "AWS::CloudFormation::Stack" and nested:
                yield str(nested)


def _status(client: Any, stack: str) -> str | None:  # noqa: ANN401 - as above
    try:
        return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


if __name__ == "__main__":
    main()
