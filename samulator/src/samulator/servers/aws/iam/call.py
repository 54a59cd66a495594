"""One action that somebody asks for, as policies speak of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """`action` is "dynamodb:PutItem", `resource` an ARN, or None where it cannot be told.

    `context` are the condition keys whose values are known, in lower case.
    """

    action: str
    resource: str | None
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
