"""Queues of SQS and their policies."""

import json
from collections.abc import Mapping
from typing import Any

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource

# Those that a queue is made with; moto would take any other word for one of its own fields.
_ATTRIBUTES = frozenset(
    (
        *("ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue"),
        *("FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId"),
        *("MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds"),
        *("RedriveAllowPolicy", "SqsManagedSseEnabled", "VisibilityTimeout"),
    )
)


def create_queue(resource: Resource, api: Api) -> None:
    """A FIFO queue says so, and one that is none does not.

    Where it sends dead letters is set by `finish_queue`: two queues may name each other.
    """
    attributes = {
        name: value
        for name, value in resource.properties.items()
        if name in _ATTRIBUTES and not (name == "FifoQueue" and not _is_true(value))
    }
    wanted = {
        "QueueName": resource.name,
        "Attributes": attributes,
        "tags": resource.properties.get("Tags"),
    }
    api.call("sqs", "create_queue", wanted)


def finish_queue(resource: Resource, api: Api) -> None:
    """Called when all resources are there."""
    if policy := resource.properties.get("RedrivePolicy"):
        _set(resource.name, {"RedrivePolicy": policy}, api)


def create_queue_policy(resource: Resource, api: Api) -> None:
    for url in resource.properties["Queues"]:
        name = str(url).rsplit("/", 1)[-1]
        _set(name, {"Policy": resource.properties["PolicyDocument"]}, api)


def _set(name: str, attributes: Mapping[str, Any], api: Api) -> None:
    url = api.call("sqs", "get_queue_url", {"QueueName": name})["QueueUrl"]
    api.call("sqs", "set_queue_attributes", {"QueueUrl": url, "Attributes": attributes})


def _is_true(value: object) -> bool:
    return json.loads(str(value).lower()) is True
