"""What a bucket's policy says to everybody, whoever asks.

moto takes a Deny whose condition does not hold for one that does, and so refuses everything to a
bucket that demands TLS.
"""

from typing import Any

from moto.s3.models import FakeBucket

from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.principals import ANYBODY, about
from samulator.servers.aws.iam.resource_policies import policies_on
from samulator.servers.aws.iam.verdict import Verdict, judge

_CONTEXT = {"aws:securetransport": ("true",), "aws:sourceip": ("127.0.0.1",)}


def judge_bucket_policies() -> None:
    """Replace moto's judgement of bucket policies. What roles may do, `iam/gate` decides."""
    FakeBucket.get_permission = _permission  # type: ignore[method-assign, assignment]


def denies(action: str, resource: str) -> bool:
    """Whether the policy of a bucket denies `action` on an ARN in it to everybody."""
    return _verdict(action, resource) is Verdict.DENIED


def _verdict(action: str, resource: str) -> Verdict:
    policies = [about(policy, ANYBODY) for policy in policies_on(resource)]
    return judge(Call(action, resource, _CONTEXT), policies)


def _permission(_bucket: FakeBucket, action: str, resource: str) -> Any:  # noqa: ANN401 - moto's
    # It brings all of moto's IAM and a library of cryptography.
    from moto.iam.access_control import PermissionResult

    return {
        Verdict.ALLOWED: PermissionResult.PERMITTED,
        Verdict.DENIED: PermissionResult.DENIED,
        Verdict.NOT_ALLOWED: PermissionResult.NEUTRAL,
    }[_verdict(action, resource)]
