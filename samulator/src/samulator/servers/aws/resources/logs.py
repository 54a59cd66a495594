"""Log groups and streams."""

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


def create_log_group(resource: Resource, api: Api) -> None:
    properties = resource.properties
    group = {"logGroupName": resource.name}
    api.call("logs", "create_log_group", {**group, "tags": properties.get("Tags")})
    if days := properties.get("RetentionInDays"):
        api.call("logs", "put_retention_policy", {**group, "retentionInDays": days})


def create_log_stream(resource: Resource, api: Api) -> None:
    wanted = {
        "logGroupName": resource.properties["LogGroupName"],
        "logStreamName": resource.name,
    }
    api.call("logs", "create_log_stream", wanted)


def create_subscription_filter(resource: Resource, api: Api) -> None:
    """One that tells a function is the stack's to carry: moto would look for its own functions."""
    wanted = {"filterPattern": "", **resource.properties, "filterName": resource.name}
    if ":lambda:" not in str(wanted.get("DestinationArn")):
        api.call("logs", "put_subscription_filter", wanted)
