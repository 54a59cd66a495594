"""Finds the parameters that a template uses where CloudFormation takes nothing but a number."""

from collections.abc import Iterator, Mapping
from typing import Any

# Properties of numbers, each with AWS's default or else the least that is of use.
_NUMBERS = {
    **{"Timeout": "3", "MemorySize": "128", "ReservedConcurrentExecutions": "1"},
    **{"ProvisionedConcurrentExecutions": "1", "BatchSize": "10", "MaximumConcurrency": "2"},
    **{"MaximumBatchingWindowInSeconds": "0", "ParallelizationFactor": "1"},
    **{"MaximumRetryAttempts": "2", "MaximumEventAgeInSeconds": "21600"},
    **{"MaximumRecordAgeInSeconds": "-1", "VisibilityTimeout": "30", "DelaySeconds": "0"},
    **{"MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0"},
    **{"maxReceiveCount": "3", "ShardCount": "1", "RetentionPeriodHours": "24"},
    **{"ReadCapacityUnits": "5", "WriteCapacityUnits": "5", "RetentionInDays": "7"},
    **{"AuthorizerResultTtlInSeconds": "300", "ReauthorizeEvery": "300"},
}


def numbers_wanted(document: Mapping[str, Any]) -> dict[str, str]:
    """Return a number for each parameter that such a property refers to, by its name."""
    found: dict[str, str] = {}
    for section in ("Globals", "Resources"):
        for parameter, number in _references(document.get(section)):
            found.setdefault(parameter, number)
    return found


def _references(node: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - a template's own tree
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in _NUMBERS and isinstance(value, dict) and isinstance(value.get("Ref"), str):
                yield value["Ref"], _NUMBERS[key]
            else:
                yield from _references(value)
