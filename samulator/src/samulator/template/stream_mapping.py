"""Reads a mapping of a stream to a function, and what AWS would not take of it.

Limits: AWS Lambda Developer Guide, "Lambda parameters for Amazon DynamoDB event source mappings"
and "Lambda parameters for Amazon Kinesis Data Streams event source mappings".
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from samulator.template.event_pattern import InvalidPattern
from samulator.template.model_stream import FOREVER, StreamTrigger
from samulator.template.record_filter import read_dynamodb_filter, read_kinesis_filter

_MOST_IN_BATCH = 10_000
_LONGEST_WINDOW_SECONDS = 300
_LONGEST_TUMBLING_SECONDS = 900
_FACTORS = range(1, 11)
_MOST_RETRIES = 10_000
_OLDEST_SECONDS = 604_800
_POSITIONS = {"TRIM_HORIZON", "LATEST"}


def read_stream_mapping(
    function: str, properties: Mapping[str, Any], place: str
) -> tuple[StreamTrigger, list[str]]:
    """The trigger as it runs here, and a line for each setting that has no effect or no deployment.

    Raises KeyError, ValueError, TypeError and AttributeError where a value is of another kind.
    """
    on_failure = (properties.get("DestinationConfig") or {}).get("OnFailure") or {}
    asked = StreamTrigger(
        function=function,
        stream=str(properties["EventSourceArn"]),
        batch_size=int(properties.get("BatchSize", 100)),
        batching_window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
        starting_position=str(properties.get("StartingPosition", "")),
        starting_time=_moment(properties.get("StartingPositionTimestamp", 0)),
        maximum_retry_attempts=int(properties.get("MaximumRetryAttempts", FOREVER)),
        maximum_record_age=float(properties.get("MaximumRecordAgeInSeconds", FOREVER)),
        parallelization_factor=int(properties.get("ParallelizationFactor", 1)),
        tumbling_window=int(properties.get("TumblingWindowInSeconds", 0)),
        bisects=str(properties.get("BisectBatchOnFunctionError", False)).lower() == "true",
        report_batch_item_failures="ReportBatchItemFailures"
        in (properties.get("FunctionResponseTypes") or []),
        on_failure=on_failure.get("Destination"),
        place=place,
    )
    if asked.batch_size < 1 or asked.parallelization_factor < 1:
        raise ValueError("BatchSize and ParallelizationFactor begin with 1")
    if asked.tumbling_window < 0:
        raise ValueError("TumblingWindowInSeconds begins with 1, or is 0 for none")
    if len(asked.stream.split(":", 5)) < 6 or "/" not in asked.stream:
        raise ValueError(f"{asked.stream!r} is no stream")
    warnings = [f"AWS refuses this: {reason}" for reason in _refusals(asked)]
    try:
        return replace(asked, filters=_filters(asked, properties)), warnings
    except InvalidPattern as error:
        return asked, [*warnings, f"FilterCriteria is ignored, every record passes: {error}"]


def _moment(value: object) -> float:
    """Seconds since 1970, however YAML reads it."""
    if isinstance(value, datetime):
        return value.timestamp()
    return float(str(value))


def _filters(trigger: StreamTrigger, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Raises InvalidPattern."""
    check: Callable[[str], object] = (
        read_dynamodb_filter if trigger.is_dynamodb else read_kinesis_filter
    )
    patterns = []
    for declared in (properties.get("FilterCriteria") or {}).get("Filters") or []:
        pattern = declared.get("Pattern", "{}")
        patterns.append(pattern if isinstance(pattern, str) else json.dumps(pattern))
        check(patterns[-1])
    return tuple(patterns)


def _refusals(trigger: StreamTrigger) -> Iterator[str]:
    positions = _POSITIONS | (set() if trigger.is_dynamodb else {"AT_TIMESTAMP"})
    if trigger.starting_position not in positions:
        yield f"StartingPosition {trigger.starting_position!r} is none of {sorted(positions)}"
    if trigger.batch_size > _MOST_IN_BATCH:
        yield f"BatchSize {trigger.batch_size} is over {_MOST_IN_BATCH}"
    if not 0 <= trigger.batching_window <= _LONGEST_WINDOW_SECONDS:
        yield f"MaximumBatchingWindowInSeconds is outside 0..{_LONGEST_WINDOW_SECONDS}"
    if trigger.parallelization_factor not in _FACTORS:
        yield f"ParallelizationFactor is outside {_FACTORS.start}..{_FACTORS.stop - 1}"
    if not FOREVER <= trigger.maximum_retry_attempts <= _MOST_RETRIES:
        yield f"MaximumRetryAttempts is outside {FOREVER}..{_MOST_RETRIES}"
    if not FOREVER <= trigger.maximum_record_age <= _OLDEST_SECONDS:
        yield f"MaximumRecordAgeInSeconds is outside {FOREVER}..{_OLDEST_SECONDS}"
    yield from _window_refusals(trigger)


def _window_refusals(trigger: StreamTrigger) -> Iterator[str]:
    if trigger.tumbling_window > _LONGEST_TUMBLING_SECONDS:
        yield f"TumblingWindowInSeconds is outside 0..{_LONGEST_TUMBLING_SECONDS}"
    if trigger.tumbling_window and trigger.parallelization_factor > 1:
        yield "ParallelizationFactor has to be 1 beside TumblingWindowInSeconds, and is 1 here"
