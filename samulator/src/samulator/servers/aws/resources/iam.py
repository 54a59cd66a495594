"""Roles and policies of IAM."""

from collections.abc import Iterator

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource

_OF_AWS = ":iam::aws:policy/"


def create_role(resource: Resource, api: Api) -> None:
    """The role with its own policies; those of AWS's that moto lacks are attached by name."""
    properties = resource.properties
    api.call("iam", "create_role", {**properties, "RoleName": resource.name})
    for policy in properties.get("Policies") or []:
        wanted = {
            "RoleName": resource.name,
            "PolicyName": policy["PolicyName"],
            # SAM writes some without; moto takes none of the old version, AWS reads them alike.
            "PolicyDocument": {"Version": "2012-10-17", **policy["PolicyDocument"]},
        }
        api.call("iam", "put_role_policy", wanted)
    for arn in properties.get("ManagedPolicyArns") or []:
        if _OF_AWS not in str(arn):
            api.call("iam", "attach_role_policy", {"RoleName": resource.name, "PolicyArn": arn})


def create_policy(resource: Resource, api: Api) -> None:
    """A policy of its own that is written into the roles which it names."""
    for role in resource.properties.get("Roles") or []:
        wanted = {
            "RoleName": role,
            "PolicyName": resource.properties.get("PolicyName") or resource.name,
            "PolicyDocument": resource.properties["PolicyDocument"],
        }
        api.call("iam", "put_role_policy", wanted)


def create_managed_policy(resource: Resource, api: Api) -> None:
    made = api.call("iam", "create_policy", {**resource.properties, "PolicyName": resource.name})
    for role in _roles(resource):
        wanted = {"RoleName": role, "PolicyArn": made["Policy"]["Arn"]}
        api.call("iam", "attach_role_policy", wanted)


def _roles(resource: Resource) -> Iterator[str]:
    yield from resource.properties.get("Roles") or []
