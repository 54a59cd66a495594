"""What the AWS process makes of an application."""

from collections.abc import Mapping
from typing import Any

from samulator.template.model import Application, Bucket, Resource

# What handlers do not call: functions can start before the AWS process has made these.
_NOT_CALLED = ("ApiGateway", "ApiGatewayV2", "CloudFormation", "IAM", "Lambda", "Logs")


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


def _versioning(bucket: Bucket) -> Mapping[str, Any]:
    return {"VersioningConfiguration": {"Status": "Enabled"}} if bucket.versioned else {}
