"""Buckets of S3, with what a client can read of their configuration."""

from collections.abc import Mapping
from typing import Any

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


def create_bucket(resource: Resource, api: Api) -> None:
    bucket: dict[str, Any] = {"Bucket": resource.name}
    location = {}
    if api.region != "us-east-1":
        location = {"CreateBucketConfiguration": {"LocationConstraint": api.region}}
    api.call("s3", "create_bucket", {**bucket, **location})
    properties = resource.properties
    versioning = properties.get("VersioningConfiguration")
    if versioning and versioning.get("Status") == "Enabled":
        api.call("s3", "put_bucket_versioning", bucket | {"VersioningConfiguration": versioning})
    if tags := properties.get("Tags"):
        api.call("s3", "put_bucket_tagging", bucket | {"Tagging": {"TagSet": tags}})
    if rules := (properties.get("CorsConfiguration") or {}).get("CorsRules"):
        cors = {"CORSRules": [_cors_rule(rule) for rule in rules]}
        api.call("s3", "put_bucket_cors", bucket | {"CORSConfiguration": cors})


def finish_bucket(resource: Resource, api: Api) -> None:
    """Called when the queues and topics that it notifies are there.

    Functions are notified by the stack, which reads the template for it.
    """
    configured = resource.properties.get("NotificationConfiguration") or {}
    wanted: dict[str, Any] = {
        "QueueConfigurations": [
            _notification(each, "Queue") for each in configured.get("QueueConfigurations") or []
        ],
        "TopicConfigurations": [
            _notification(each, "Topic") for each in configured.get("TopicConfigurations") or []
        ],
    }
    if _tells_event_bridge(configured):
        wanted["EventBridgeConfiguration"] = {}
    if "EventBridgeConfiguration" in wanted or any(wanted.values()):
        call = {"Bucket": resource.name, "NotificationConfiguration": wanted}
        api.call("s3", "put_bucket_notification_configuration", call)


def _tells_event_bridge(configured: Mapping[str, Any]) -> bool:
    """CloudFormation takes a configuration without the switch for one that is on."""
    switch = configured.get("EventBridgeConfiguration")
    if switch is None:
        return False
    return str(switch.get("EventBridgeEnabled", True)).lower() == "true"


def create_bucket_policy(resource: Resource, api: Api) -> None:
    properties = resource.properties
    wanted = {"Bucket": properties["Bucket"], "Policy": properties["PolicyDocument"]}
    api.call("s3", "put_bucket_policy", wanted)


def _cors_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation leaves out a prefix that the API has."""
    return {
        "ID": rule.get("Id"),
        "AllowedHeaders": rule.get("AllowedHeaders"),
        "AllowedMethods": rule.get("AllowedMethods"),
        "AllowedOrigins": rule.get("AllowedOrigins"),
        "ExposeHeaders": rule.get("ExposedHeaders"),
        "MaxAgeSeconds": rule.get("MaxAge"),
    }


def _notification(configured: Mapping[str, Any], target: str) -> dict[str, Any]:
    """One event each in CloudFormation, a list of them in the API."""
    wanted: dict[str, Any] = {
        f"{target}Arn": configured[target],
        "Events": [configured["Event"]],
    }
    rules = ((configured.get("Filter") or {}).get("S3Key") or {}).get("Rules")
    if rules:
        wanted["Filter"] = {"Key": {"FilterRules": rules}}
    return wanted
