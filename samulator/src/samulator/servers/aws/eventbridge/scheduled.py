"""Rules with a schedule that call API destinations: the stack has the clock, the bus the targets.

The stack puts an event in EventBridge's own name, which nobody may put on AWS. It names the rule
and, behind it, the Id of the target, and no other rule gets it.
"""

from collections.abc import Mapping
from typing import Any

# Source and detail type.
SCHEDULED = ("aws.events", "Scheduled Event")


def is_scheduled(event: Mapping[str, Any]) -> bool:
    """Whether an event is the stack's, for one target of a rule."""
    return (event["source"], event["detail-type"]) == SCHEDULED


def as_sent(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event as the target gets it."""
    return {**event, "resources": event["resources"][:1]}


def is_for(event: Mapping[str, Any], rule_arn: str, target: Mapping[str, Any]) -> bool:
    """Whether it is for this target of this rule."""
    return bool(event["resources"] == [rule_arn, target.get("Id")])
