"""Buses, rules and archives of EventBridge, and schedules of its scheduler."""

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


def create_rule(resource: Resource, api: Api) -> None:
    """The rule, then its targets, which the API takes in a call of their own."""
    properties = dict(resource.properties)
    targets = properties.pop("Targets", None)
    rule = {"Name": resource.name, "EventBusName": properties.get("EventBusName") or "default"}
    api.call("events", "put_rule", properties | rule)
    if targets:
        wanted = {
            "Rule": resource.name,
            "EventBusName": rule["EventBusName"],
            "Targets": targets,
        }
        api.call("events", "put_targets", wanted)


def create_archive(resource: Resource, api: Api) -> None:
    properties = resource.properties
    wanted = {
        **properties,
        "ArchiveName": resource.name,
        "EventSourceArn": properties["SourceArn"],
    }
    api.call("events", "create_archive", wanted)


def create_schedule(resource: Resource, api: Api) -> None:
    window = {"FlexibleTimeWindow": {"Mode": "OFF"}}
    wanted = window | dict(resource.properties) | {"Name": resource.name}
    api.call("scheduler", "create_schedule", wanted)
