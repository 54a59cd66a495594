"""Reads buckets and queues, and what buckets tell functions."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.bucket_rules import is_event
from samulator.template.functions import find_function
from samulator.template.model import (
    Bucket,
    Function,
    Queue,
    Resource,
    S3Trigger,
    TemplateError,
    Value,
)

BUCKET, QUEUE = "AWS::S3::Bucket", "AWS::SQS::Queue"
_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "VisibilityTimeout",
)


def read_bucket(resource: Resource) -> Bucket:
    """Read an AWS::S3::Bucket."""
    versioning = resource.properties.get("VersioningConfiguration")
    status = versioning.get("Status") if isinstance(versioning, dict) else None
    return Bucket(resource.name, versioned=status == "Enabled")


def read_queue(resource: Resource) -> Queue:
    """Read an AWS::SQS::Queue."""
    attributes = {
        key: _attribute(resource.properties[key])
        for key in _QUEUE_ATTRIBUTES
        if key in resource.properties
    }
    return Queue(resource.name, attributes)


def read_notifications(
    resource: Resource, functions: Mapping[str, Function]
) -> Iterator[S3Trigger]:
    """Yield what a bucket tells functions.

    Raises KeyError, TypeError, ValueError and AttributeError at what is no such configuration, and
    TemplateError at an event that S3 does not know.
    """
    configuration = resource.properties.get("NotificationConfiguration") or {}
    for index, declared in enumerate(configuration.get("LambdaConfigurations") or []):
        rules = ((declared.get("Filter") or {}).get("S3Key") or {}).get("Rules") or []
        affixes = {str(rule["Name"]).lower(): str(rule["Value"]) for rule in rules}
        events = _texts(declared["Event"])
        for event in events:
            if not is_event(event):
                raise TemplateError(f"{resource.place}: S3 has no event {event!r}")
        yield S3Trigger(
            name=str(declared.get("Id", f"{resource.logical_id}-{index}")),
            function=find_function(declared["Function"], functions),
            bucket=resource.name,
            events=events,
            prefix=affixes.get("prefix", ""),
            suffix=affixes.get("suffix", ""),
        )


def _attribute(value: Value) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a template holds
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)
