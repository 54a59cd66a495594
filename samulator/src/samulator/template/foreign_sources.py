"""Buses, topics, queues and streams of other stacks, at which something listens here.

A rule, a subscription, an event source mapping or a pipe that names one would hear nothing.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from samulator.template.model import Resource
from samulator.template.names import ACCOUNT

_BUS, _FUNCTION = "AWS::Events::EventBus", "AWS::Lambda::Function"
# The property that names what a resource listens at.
_LISTENERS = {
    "AWS::Events::Rule": "EventBusName",
    "AWS::Lambda::EventSourceMapping": "EventSourceArn",
    "AWS::Pipes::Pipe": "Source",
    "AWS::SNS::Subscription": "TopicArn",
}
# Those of partners carry what only the partners send.
_PARTNERS = "aws.partner/"
# Event source mappings of streams begin somewhere, those of brokers have these.
_NO_QUEUE = frozenset(("StartingPosition", "Queues", "SelfManagedEventSource", "Topics"))
# Mail and messages to telephones reach nobody from here.
_HEARING = ("firehose", "http", "https", "lambda", "sqs")
_NAME = re.compile(r"[^\w.-]", re.ASCII)
_SHORTEST_VISIBILITY = 30


@dataclass(frozen=True)
class _Kind:
    """`arn` is what stands before the name, `heard` how something comes there."""

    type: str
    what: str
    arn: str
    heard: str


_RULES_BUS = _Kind(_BUS, "event bus", "", "the rule gets what is put on it by this name")
_TOPIC = _Kind(
    "AWS::SNS::Topic", "topic", "arn:aws:sns:{region}:{account}:", "what is published to {arn}"
)
_QUEUE = _Kind(
    "AWS::SQS::Queue", "queue", "arn:aws:sqs:{region}:{account}:", "what is sent to {arn}"
)
_STREAM = _Kind(
    "AWS::Kinesis::Stream",
    "stream",
    "arn:aws:kinesis:{region}:{account}:stream/",
    "what is put on {arn}",
)


class ForeignSources:
    """Finds them in `resources`.

    `unanswered` are custom resources: what these name is not known yet. `warn` is told of each.
    """

    def __init__(
        self,
        resources: Mapping[str, Resource],
        unanswered: Collection[str],
        region: str,
        warn: Callable[[str], None],
    ) -> None:
        self._resources = resources
        self._unanswered = unanswered
        self._region = region
        self._warn = warn
        self._made: dict[str, Resource] = {}

    def added(self) -> dict[str, Resource]:
        """Return the resources, and before them an empty one for each that nothing declares.

        What listens there names it by the ARN that it has on this machine.
        """
        listening = {name: self._listening(each) for name, each in self._resources.items()}
        return self._made | listening

    def _listening(self, resource: Resource) -> Resource:
        if not set(resource.depends_on).isdisjoint(self._unanswered):
            return resource
        kind = _kind_of(resource)
        if kind is None:
            return resource
        place = _LISTENERS[resource.type]
        named = resource.properties[place]
        name = _NAME.sub("-", re.split("[:/]", named)[-1] if _is_arn(named, kind) else named)
        arn = kind.arn.format(region=self._region, account=ACCOUNT) + name
        if not name or (kind is _RULES_BUS and name == "default"):
            return resource
        foreign = f"{kind.what} {name} (of another stack)"
        if not any(each.type == kind.type and each.name == name for each in self._there()):
            self._made[foreign] = Resource(foreign, kind.type, name, self._properties(kind, name))
        if foreign in self._made:
            heard = kind.heard if kind is _RULES_BUS else f"it gets {kind.heard.format(arn=arn)}"
            self._warn(
                f"{resource.place}.{place}: no {kind.what} {named!r} is declared here, so an empty "
                f"one is made, and {heard}"
            )
        if kind is _RULES_BUS or named == arn:
            return resource
        return replace(resource, properties={**resource.properties, place: arn})

    def _there(self) -> Iterator[Resource]:
        yield from self._resources.values()
        yield from self._made.values()

    def _properties(self, kind: _Kind, name: str) -> dict[str, Any]:
        if kind is _RULES_BUS:
            return {"Name": name}
        if kind is _STREAM:
            return {"Name": name, "ShardCount": 1}
        fifo = name.endswith(".fifo")
        if kind is _TOPIC:
            return {"TopicName": name, **({"FifoTopic": True} if fifo else {})}
        # What AWS asks of it: no message may come back while its function still runs.
        longest = max((_timeout(each) for each in self._resources.values()), default=0)
        visibility = max(_SHORTEST_VISIBILITY, longest)
        return {
            "QueueName": name,
            "VisibilityTimeout": visibility,
            **({"FifoQueue": True} if fifo else {}),
        }


def _kind_of(resource: Resource) -> _Kind | None:
    """Of what a resource listens at, None where nothing can be made for it."""
    named = resource.properties.get(_LISTENERS.get(resource.type, ""))
    if not isinstance(named, str):
        return None
    if resource.type == "AWS::Events::Rule":
        return None if named.startswith(_PARTNERS) else _RULES_BUS
    if resource.type == "AWS::SNS::Subscription":
        return _TOPIC if resource.properties.get("Protocol") in _HEARING else None
    if named.startswith("arn:"):
        service = named.split(":")[2] if named.count(":") > 4 else ""
        return {"sqs": _QUEUE, "kinesis": _STREAM}.get(service)
    is_mapping = resource.type == "AWS::Lambda::EventSourceMapping"
    return _QUEUE if is_mapping and _NO_QUEUE.isdisjoint(resource.properties) else None


def _is_arn(named: str, kind: _Kind) -> bool:
    # EventBridge reads what follows the last slash of any text as the name of the bus.
    return named.startswith("arn:") or kind is _RULES_BUS


def _timeout(resource: Resource) -> int:
    declared = resource.properties.get("Timeout")
    known = resource.type == _FUNCTION and str(declared).isdecimal()
    return int(str(declared)) if known else 0
