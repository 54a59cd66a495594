"""Creates the buckets and queues of the template on the local S3 and SQS."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local.template.model import Application

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

# Local servers take any credentials; real ones in the shell must never be sent to them.
_CREDENTIALS: Mapping[str, Any] = {
    "aws_access_key_id": "local",
    "aws_secret_access_key": "local",  # nosec B105 # what local servers take
}
# Servers of this machine answer at once or are gone, and a stack that stops waits for its clients.
_PATIENCE: Mapping[str, Any] = {
    "connect_timeout": 5,
    "read_timeout": 10,
    "retries": {"total_max_attempts": 2},
}


def s3_client(url: str, region: str) -> "S3Client":
    """A client of the local S3."""
    config = Config(s3={"addressing_style": "path"}, **_PATIENCE)
    return boto3.client("s3", endpoint_url=url, region_name=region, config=config, **_CREDENTIALS)


def sqs_client(url: str, region: str) -> "SQSClient":
    """A client of the local SQS."""
    config = Config(**_PATIENCE)
    return boto3.client("sqs", endpoint_url=url, region_name=region, config=config, **_CREDENTIALS)


def create_resources(application: Application, *, url: str, region: str) -> None:
    """Creates what is not there yet."""
    s3 = s3_client(url, region)
    for bucket in application.buckets.values():
        if region == "us-east-1":
            s3.create_bucket(Bucket=bucket.name)
        else:
            s3.create_bucket(
                Bucket=bucket.name,
                CreateBucketConfiguration={"LocationConstraint": region},  # type: ignore[typeddict-item]
            )
        if bucket.versioned:
            s3.put_bucket_versioning(
                Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
            )
    sqs = sqs_client(url, region)
    for queue in application.queues.values():
        sqs.create_queue(QueueName=queue.name, Attributes=dict(queue.attributes))  # type: ignore[arg-type]
