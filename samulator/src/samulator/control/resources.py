"""What the AWS process makes of an application."""

from collections.abc import Mapping
from typing import Any

from samulator.servers.aws.iam.callers import caller_of
from samulator.template.model import Application, Bucket, Resource

# What handlers do not call: functions can start before the AWS process has made these.
_NOT_CALLED = ("ApiGateway", "ApiGatewayV2", "CloudFormation", "IAM", "Lambda", "Logs")
# With these policies of AWS's own alone, a role lets a function log, be traced and join a VPC.
_CALLING_NOTHING = (
    *("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole"),
    *("AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"),
)


def declared(application: Application) -> tuple[Resource, ...]:
    """What the AWS process makes, each after what it depends on."""
    if application.resources:
        return tuple(application.resources.values())
    buckets = [
        Resource(name, "AWS::S3::Bucket", bucket.name, _versioning(bucket))
        for name, bucket in application.buckets.items()
    ]
    queues = [
        Resource(name, "AWS::SQS::Queue", queue.name, queue.attributes)
        for name, queue in application.queues.items()
    ]
    return (*buckets, *queues)


def must_exist(application: Application) -> bool:
    """Whether functions may miss something until the AWS process answers."""
    return any(
        resource.type.split("::")[1] not in _NOT_CALLED for resource in declared(application)
    )


def may_be_called(application: Application) -> bool:
    """Whether functions have anything to ask the AWS process for: resources, or by their roles."""
    if must_exist(application):
        return True
    roles = {}
    for resource in declared(application):
        if resource.type == "AWS::IAM::Role":
            roles[resource.name] = _lets_call(resource.properties)
        elif resource.type.startswith("AWS::IAM::"):
            return True
    callers = (caller_of(application, name) for name in application.functions)
    # What a role elsewhere lets its functions do is not known.
    return any(caller is None or roles.get(caller.role, True) for caller in callers)


def _lets_call(role: Mapping[str, Any]) -> bool:
    names = {str(arn).rsplit("/", 1)[-1] for arn in role.get("ManagedPolicyArns") or ()}
    return bool(role.get("Policies") or names.difference(_CALLING_NOTHING))


def _versioning(bucket: Bucket) -> Mapping[str, Any]:
    return {"VersioningConfiguration": {"Status": "Enabled"}} if bucket.versioned else {}
