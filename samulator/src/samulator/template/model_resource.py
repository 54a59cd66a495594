"""One resource of a template, as everything that serves resources gets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What SAM makes of the events of functions and state machines.
_OF_EVENTS = frozenset(
    {
        "AWS::Events::Rule",
        "AWS::IoT::TopicRule",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Logs::SubscriptionFilter",
        "AWS::SNS::Subscription",
        "AWS::Scheduler::Schedule",
    }
)
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


@dataclass(frozen=True)
class Resource:
    """One resource as CloudFormation would get it: after SAM's translation, without intrinsics.

    `name` is its physical name, `depends_on` the logical ids that its properties and DependsOn
    refer to. `Code` and `Content` of functions and layers are texts where they are local paths.
    `origin` is the logical id of the SAM resource that it was made of, if it has another.
    `physical_id` is what Ref gives, where that is another than the name.
    """

    logical_id: str
    type: str
    name: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    origin: str | None = None
    physical_id: str = ""

    @property
    def is_custom(self) -> bool:
        """Return whether a function makes it, which CloudFormation calls."""
        return is_custom(self.type)

    @property
    def place(self) -> str:
        """Return where the template says it: what SAM made is an event or a part of its origin."""
        if self.origin is None or self.type not in _OF_EVENTS:
            return self.logical_id
        rest = self.logical_id.removeprefix(self.origin)
        return f"{self.origin}.{rest if rest == 'EventInvokeConfig' else f'Events.{rest}'}"


def is_custom(kind: str) -> bool:
    """Return whether a type is that of custom resources."""
    return kind.startswith(_CUSTOM)
