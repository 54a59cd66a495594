"""The policy that a bucket, a queue or a topic has of its own, as moto keeps it."""

import json
from collections.abc import Iterator

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.iam.verdict import Policy


def policies_on(resource: str | None) -> Iterator[Policy]:
    """Yields the policy of the resource that an ARN names, if it has one."""
    parts = (resource or "").split(":", 5)
    if len(parts) < 6:
        return
    _, _, service, region, _, name = parts
    text = _text(service, region, name)
    if text:
        yield json.loads(text)


def _text(service: str, region: str, name: str) -> str | bytes | None:
    if service == "s3":
        from moto.s3.models import s3_backends

        bucket = s3_backends[ACCOUNT_ID]["aws"].buckets.get(name.split("/")[0])
        policy: str | bytes | None = bucket.policy if bucket is not None else None
        return policy
    if service == "sqs":
        from moto.sqs.models import sqs_backends

        queue = sqs_backends[ACCOUNT_ID][region].queues.get(name)
        return queue.policy if queue is not None else None
    if service == "sns":
        from moto.sns.models import sns_backends

        topic = sns_backends[ACCOUNT_ID][region].topics.get(
            f"arn:aws:sns:{region}:{ACCOUNT_ID}:{name}"
        )
        return topic.policy if topic is not None else None
    return None
