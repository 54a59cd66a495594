"""Reads an event source mapping of a queue, and what AWS would not take of it.

Limits: AWS Lambda Developer Guide, "Lambda parameters for Amazon SQS event source mappings".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from samulator.template.event_pattern import InvalidPattern
from samulator.template.model import Application, Queue, SqsTrigger, TemplateError
from samulator.template.record_filter import read_queue_filter

_MOST_IN_BATCH = 10_000
_MOST_IN_FIFO_BATCH = 10
_MOST_WITHOUT_WINDOW = 10
_LONGEST_WINDOW_SECONDS = 300
_CONCURRENCY = range(2, 1001)


def read_queue_mapping(
    function: str, queue: str, properties: Mapping[str, Any]
) -> tuple[SqsTrigger, list[str]]:
    """The trigger as it runs here, and a line for each setting that a deployment would refuse.

    Raises ValueError, TypeError and AttributeError where a value is of another kind.
    """
    maximum = (properties.get("ScalingConfig") or {}).get("MaximumConcurrency")
    asked = SqsTrigger(
        function=function,
        queue=queue,
        batch_size=int(properties.get("BatchSize", 10)),
        batching_window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
        report_batch_item_failures="ReportBatchItemFailures"
        in (properties.get("FunctionResponseTypes") or []),
        maximum_concurrency=None if maximum is None else int(maximum),
    )
    if asked.batch_size < 1:
        raise ValueError(f"BatchSize {asked.batch_size}")
    warnings = [f"AWS refuses this: {reason}" for reason in _refusals(asked)]
    try:
        return replace(asked, filters=_filters(properties)), warnings
    except InvalidPattern as error:
        return asked, [*warnings, f"FilterCriteria is ignored, every message passes: {error}"]


def short_timeouts(application: Application) -> Iterator[str]:
    """A line for each queue whose messages come back while their function may still run.

    Raises TemplateError.
    """
    queues = {queue.name: queue for queue in application.queues.values()}
    for trigger in application.sqs_triggers:
        visibility = _seconds(queues[trigger.queue])
        timeout = application.functions[trigger.function].timeout
        if visibility < timeout:
            yield (
                f"{trigger.function}: AWS refuses this: VisibilityTimeout {visibility:g} of queue "
                f"{trigger.queue} is under the function's Timeout {timeout:g}"
            )


def _seconds(queue: Queue) -> float:
    text = queue.attributes.get("VisibilityTimeout", "30")
    try:
        return float(text)
    except ValueError as error:
        raise TemplateError(f"{queue.name}.VisibilityTimeout: {text!r} is not a number") from error


def _filters(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Raises InvalidPattern."""
    patterns = []
    for declared in (properties.get("FilterCriteria") or {}).get("Filters") or []:
        pattern = declared.get("Pattern", "{}")
        patterns.append(pattern if isinstance(pattern, str) else json.dumps(pattern))
        read_queue_filter(patterns[-1])
    return tuple(patterns)


def _refusals(trigger: SqsTrigger) -> Iterator[str]:
    most = _MOST_IN_FIFO_BATCH if trigger.is_fifo else _MOST_IN_BATCH
    if trigger.batch_size > most:
        yield f"BatchSize {trigger.batch_size} is over {most}"
    if trigger.is_fifo and trigger.batching_window:
        yield "a FIFO queue takes no MaximumBatchingWindowInSeconds"
    elif trigger.batch_size > _MOST_WITHOUT_WINDOW and not trigger.batching_window:
        yield "a BatchSize over 10 needs MaximumBatchingWindowInSeconds of at least 1"
    if not 0 <= trigger.batching_window <= _LONGEST_WINDOW_SECONDS:
        yield f"MaximumBatchingWindowInSeconds is outside 0..{_LONGEST_WINDOW_SECONDS}"
    if trigger.maximum_concurrency not in (None, *_CONCURRENCY):
        yield f"MaximumConcurrency is outside {_CONCURRENCY.start}..{_CONCURRENCY.stop - 1}"
