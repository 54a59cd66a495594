"""Topics of SNS and who gets their messages."""

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource

_NO_ATTRIBUTES = ("TopicName", "Tags", "Subscription", "DataProtectionPolicy", "ArchivePolicy")
_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)


def create_topic(resource: Resource, api: Api) -> None:
    """All properties but a few are attributes; a list of subscriptions may stand inside."""
    properties = resource.properties
    wanted = {
        "Name": resource.name,
        "Attributes": {k: v for k, v in properties.items() if k not in _NO_ATTRIBUTES},
        "Tags": properties.get("Tags"),
    }
    topic = api.call("sns", "create_topic", wanted)
    for each in properties.get("Subscription") or []:
        api.call("sns", "subscribe", {"TopicArn": topic["TopicArn"], **each})


def create_subscription(resource: Resource, api: Api) -> None:
    properties = resource.properties
    wanted = {
        "TopicArn": properties["TopicArn"],
        "Protocol": properties["Protocol"],
        "Endpoint": properties.get("Endpoint"),
        "Attributes": {name: properties[name] for name in _ATTRIBUTES if name in properties},
    }
    api.call("sns", "subscribe", wanted)


def create_topic_policy(resource: Resource, api: Api) -> None:
    for arn in resource.properties["Topics"]:
        wanted = {
            "TopicArn": arn,
            "AttributeName": "Policy",
            "AttributeValue": resource.properties["PolicyDocument"],
        }
        api.call("sns", "set_topic_attributes", wanted)
