"""Reads AWS::Pipes::Pipe.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""

from collections.abc import Collection, Mapping
from typing import Any

from samulator.template.model import Resource
from samulator.template.model_pipe import Pipe, PipeStep
from samulator.template.queue_mapping import read_queue_mapping
from samulator.template.stream_mapping import read_stream_mapping

PIPE = "AWS::Pipes::Pipe"
_STREAM_PARAMETERS = ("DynamoDBStreamParameters", "KinesisStreamParameters")
# By the service in the ARN.
_ENRICHMENTS = ("lambda", "states")
_TARGETS = ("events", "firehose", "kinesis", "lambda", "logs", "sns", "sqs", "states")


def read_pipe(
    resource: Resource, queues: Mapping[str, str], streams: Collection[str]
) -> tuple[Pipe, list[str]]:
    """The pipe, and a line for each setting of its source that a deployment would refuse.

    `queues` are names by ARN, `streams` names. Raises KeyError, TypeError, AttributeError and
    ValueError where a part of it is missing or has nothing here that stands for it.
    """
    properties = resource.properties
    source = str(properties["Source"])
    told = properties.get("SourceParameters") or {}
    filters = {"FilterCriteria": told.get("FilterCriteria")}
    name = resource.logical_id
    if source in queues:
        mapping = {**(told.get("SqsQueueParameters") or {}), **filters}
        trigger, warnings = read_queue_mapping(name, queues[source], mapping)
        return Pipe(name, trigger, *_steps(properties)), warnings
    if _service(source) not in ("dynamodb", "kinesis"):
        raise ValueError(f"{source} is no queue and no stream of this template")
    own: Mapping[str, Any] = {}
    for kind in _STREAM_PARAMETERS:
        own = told.get(kind) or own
    mapping = {**_of_mapping(own), **filters, "EventSourceArn": source}
    stream, warnings = read_stream_mapping(name, mapping, resource.place)
    if stream.name not in streams:
        raise ValueError(f"{source} is no stream of this template")
    return Pipe(name, stream, *_steps(properties)), warnings


def _of_mapping(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A pipe's names of what an event source mapping calls otherwise."""
    renamed = {
        **declared,
        "BisectBatchOnFunctionError": declared.get("OnPartialBatchItemFailure")
        == "AUTOMATIC_BISECT",
    }
    dead = (declared.get("DeadLetterConfig") or {}).get("Arn")
    if dead:
        renamed["DestinationConfig"] = {"OnFailure": {"Destination": dead}}
    return renamed


def _steps(properties: Mapping[str, Any]) -> tuple[PipeStep, PipeStep | None]:
    target = _step(properties["Target"], properties.get("TargetParameters"), _TARGETS)
    if not properties.get("Enrichment"):
        return target, None
    told = properties.get("EnrichmentParameters")
    return target, _step(properties["Enrichment"], told, _ENRICHMENTS)


def _step(arn: object, parameters: Mapping[str, Any] | None, taken: Collection[str]) -> PipeStep:
    service = _service(str(arn))
    if ":api-destination/" in str(arn):
        name = str(arn).split("/")[1]
        raise ValueError(
            "pipes ask no API destinations here; "
            f"let a rule of an event bus or a function ask {name}"
        )
    if service not in taken:
        raise ValueError(f"{arn} gets nothing here")
    told = parameters or {}
    template = told.get("InputTemplate")
    return PipeStep(str(arn), None if template is None else str(template), told)


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.count(":") >= 5 else ""
