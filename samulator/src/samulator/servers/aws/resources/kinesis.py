"""Streams of Kinesis."""

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


def create_stream(resource: Resource, api: Api) -> None:
    properties = resource.properties
    mode = (properties.get("StreamModeDetails") or {}).get("StreamMode")
    wanted = {
        "StreamName": resource.name,
        "ShardCount": properties.get("ShardCount") or (None if mode == "ON_DEMAND" else 1),
        "StreamModeDetails": properties.get("StreamModeDetails"),
        "Tags": properties.get("Tags"),
    }
    api.call("kinesis", "create_stream", wanted)
    hours = int(properties.get("RetentionPeriodHours") or 24)
    if hours > 24:
        longer = {"StreamName": resource.name, "RetentionPeriodHours": hours}
        api.call("kinesis", "increase_stream_retention_period", longer)
