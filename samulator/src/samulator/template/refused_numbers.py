"""Numbers of resources that AWS refuses: too small or too great.

Limits: API references of Lambda (CreateFunction), SQS (SetQueueAttributes) and Kinesis
(IncreaseStreamRetentionPeriod).
"""

import re
from collections.abc import Iterator, Mapping

from samulator.template.model import Resource, Value

_DAY = 86_400
_RANGES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "AWS::Kinesis::Stream": {"RetentionPeriodHours": (24, 8_760)},
    "AWS::Lambda::Function": {"Timeout": (1, 900), "MemorySize": (128, 10_240)},
    "AWS::SQS::Queue": {
        "DelaySeconds": (0, 900),
        "KmsDataKeyReusePeriodSeconds": (60, _DAY),
        "MaximumMessageSize": (1_024, 1_048_576),
        "MessageRetentionPeriod": (60, 14 * _DAY),
        "ReceiveMessageWaitTimeSeconds": (0, 20),
        "RedrivePolicy.maxReceiveCount": (1, 1_000),
        "VisibilityTimeout": (0, 43_200),
    },
}
_NUMBER = re.compile(r"-?\d+")


def refused_number(resource: Resource) -> Iterator[str]:
    """Yield each property whose number AWS refuses, with the range that it takes."""
    for path, (least, most) in _RANGES.get(resource.type, {}).items():
        value: Value = resource.properties
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        number = str(value)
        if _NUMBER.fullmatch(number) and not least <= int(number) <= most:
            yield f"{path} {number} ({least} to {most})"
