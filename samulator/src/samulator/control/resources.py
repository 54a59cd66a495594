"""Creates the buckets and queues of the template on the local S3 and SQS."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from samulator.servers.aws.client import direct, local_session
from samulator.template.model import Application, Queue

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

# Servers of this machine answer at once or are gone, and a stack that stops waits for its clients.
_PATIENCE: Mapping[str, Any] = {
    "connect_timeout": 5,
    "read_timeout": 10,
    "retries": {"total_max_attempts": 2},
}


def s3_client(url: str, region: str) -> "S3Client":
    """A client of the local S3."""
    config = Config(s3={"addressing_style": "path"}, **_PATIENCE)
    return local_session(region).client("s3", endpoint_url=url, config=direct(config))


def sqs_client(url: str, region: str) -> "SQSClient":
    """A client of the local SQS."""
    config = Config(**_PATIENCE)
    return local_session(region).client("sqs", endpoint_url=url, config=direct(config))


def create_resources(application: Application, *, url: str, region: str) -> None:
    """Creates what is not there yet; raises BotoCoreError and ClientError."""
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
    _create_queues(sqs_client(url, region), application.queues.values())


def _create_queues(sqs: "SQSClient", queues: Iterable[Queue]) -> None:
    """First all queues, then where they send dead letters: each may name another."""
    policies = {}
    for queue in queues:
        attributes = dict(queue.attributes)
        policy = attributes.pop("RedrivePolicy", None)
        url = sqs.create_queue(QueueName=queue.name, Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
        if policy is not None:
            policies[url] = policy
    for url, policy in policies.items():
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
