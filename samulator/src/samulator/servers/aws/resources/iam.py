"""Roles and policies of IAM."""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.servers.aws.resources.api import Api, Incomplete
from samulator.template.model import Resource

_OF_AWS = ":iam::aws:policy/"


def create_role(resource: Resource, api: Api) -> None:
    """The role with its policies; those of AWS's own are known by name where roles are judged.

    Raises Incomplete where a policy is refused: the role has the others.
    """
    # Whoever asks which kinds there are need not wait for it.
    from botocore.exceptions import ClientError

    properties = resource.properties
    api.call("iam", "create_role", {**properties, "RoleName": resource.name})
    refused = []
    for policy in properties.get("Policies") or []:
        wanted = {
            "RoleName": resource.name,
            "PolicyName": policy["PolicyName"],
            "PolicyDocument": _versioned(policy["PolicyDocument"]),
        }
        try:
            api.call("iam", "put_role_policy", wanted)
        except ClientError as error:
            reason = error.response["Error"]["Message"]
            refused.append(f"policy {policy['PolicyName']} is left out: {reason}")
    for arn in properties.get("ManagedPolicyArns") or []:
        if _OF_AWS not in str(arn):
            api.call("iam", "attach_role_policy", {"RoleName": resource.name, "PolicyArn": arn})
    if refused:
        raise Incomplete("; ".join(refused))


def create_policy(resource: Resource, api: Api) -> None:
    """A policy of its own that is written into the roles which it names."""
    for role in resource.properties.get("Roles") or []:
        wanted = {
            "RoleName": role,
            "PolicyName": resource.properties.get("PolicyName") or resource.name,
            "PolicyDocument": _versioned(resource.properties["PolicyDocument"]),
        }
        api.call("iam", "put_role_policy", wanted)


def create_managed_policy(resource: Resource, api: Api) -> None:
    properties = resource.properties
    document = _versioned(properties["PolicyDocument"])
    named = {**properties, "PolicyName": resource.name, "PolicyDocument": document}
    made = api.call("iam", "create_policy", named)
    for role in _roles(resource):
        wanted = {"RoleName": role, "PolicyArn": made["Policy"]["Arn"]}
        api.call("iam", "attach_role_policy", wanted)


def _versioned(document: Mapping[str, Any]) -> dict[str, Any]:
    """IAM takes a document that names no version, or the one before; moto does not."""
    return {**document, "Version": "2012-10-17"}


def _roles(resource: Resource) -> Iterator[str]:
    yield from resource.properties.get("Roles") or []
