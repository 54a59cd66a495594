"""The policies of a role, as moto has them, and those of AWS's own by their names."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from samulator.servers.aws.iam.verdict import Policy
from samulator.template.model import Resource

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

_OF_AWS = "arn:aws:iam::aws:policy/"


class Roles:
    """Looks at each question, so that a policy which is attached meanwhile counts."""

    def __init__(self, resources: Iterable[Resource], iam: "IAMBackend") -> None:
        """`resources` say which policies of AWS's own a role has: moto knows none of those."""
        self._iam = iam
        self._of_aws = {
            resource.name: [
                arn
                for arn in resource.properties.get("ManagedPolicyArns") or []
                if str(arn).startswith(_OF_AWS)
            ]
            for resource in resources
            if resource.type == "AWS::IAM::Role"
        }

    def policies(self, role: str) -> Iterator[Policy]:
        """Those of a role by its name; none of a role that is not there."""
        for arn in self._of_aws.get(role, []):
            yield _policy_of_aws(arn)
        found = next((each for each in self._iam.roles.values() if each.name == role), None)
        if found is None:
            return
        for document in found.policies.values():
            yield _document(document)
        for managed in found.managed_policies.values():
            versions = [each for each in managed.versions if each.is_default]
            yield _document(versions[0].document)


def _document(text: Any) -> Policy:  # noqa: ANN401 - moto keeps text or a map
    document: Policy = text if isinstance(text, Mapping) else json.loads(text)
    return document


@cache
def _policy_of_aws(arn: str) -> Policy:
    """Empty for one that moto's copy of AWS's policies does not have."""
    name = arn.rsplit("/", 1)[-1]
    policy: Policy = _policies_of_aws().get(name, {}).get("Document", {})
    return policy


@cache
def _policies_of_aws() -> Mapping[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: Mapping[str, Any] = json.loads(aws_managed_policies_data)
    return policies
