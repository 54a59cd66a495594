"""What a template says of a pipe of EventBridge: a source that is polled, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from samulator.template.model_stream import StreamTrigger

if TYPE_CHECKING:
    from samulator.template.model import SqsTrigger


@dataclass(frozen=True)
class PipeStep:
    """The enrichment or the target: its ARN, how its input is made, and its parameters.

    `parameters` are TargetParameters or EnrichmentParameters as the template has them.
    """

    arn: str
    template: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pipe:
    """`source` is a queue or a stream, read for the pipe itself: its function is the pipe's id."""

    name: str
    source: "SqsTrigger | StreamTrigger"
    target: PipeStep
    enrichment: PipeStep | None = None
