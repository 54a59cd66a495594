"""What the AWS process makes of an application, and clients of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from samulator.servers.aws.client import direct, local_session
from samulator.template.model import Application, Bucket, Resource

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

# Servers of this machine answer at once or are gone, and a stack that stops waits for its clients.
_PATIENCE: Mapping[str, Any] = {
    "connect_timeout": 5,
    "read_timeout": 10,
    "retries": {"total_max_attempts": 2},
}


# What handlers do not call: functions can start before the AWS process has made these.
_NOT_CALLED = ("ApiGateway", "ApiGatewayV2", "CloudFormation", "IAM", "Lambda", "Logs")


def s3_client(url: str, region: str) -> "S3Client":
    """A client of the local S3."""
    config = Config(s3={"addressing_style": "path"}, **_PATIENCE)
    return local_session(region).client("s3", endpoint_url=url, config=direct(config))


def sqs_client(url: str, region: str) -> "SQSClient":
    """A client of the local SQS."""
    config = Config(**_PATIENCE)
    return local_session(region).client("sqs", endpoint_url=url, config=direct(config))


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
