"""The targets of rules that keep what they get: how each takes the text of an event."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.messages import publish_to_topic, send_to_queue

Target = Mapping[str, Any]


def _to_queue(target: Target, text: str) -> None:
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    send_to_queue(str(target["Arn"]), text, group=group)


def _to_topic(target: Target, text: str) -> None:
    publish_to_topic(str(target["Arn"]), text)


def _to_state_machine(target: Target, text: str) -> None:
    # Only who declares a state machine needs its interpreter.
    from moto.stepfunctions.responses import get_backend

    arn = str(target["Arn"])
    get_backend(ACCOUNT_ID, arn.split(":")[3]).start_execution(arn, str(uuid.uuid4()), text)


def _to_log_group(target: Target, text: str) -> None:
    from moto.logs.models import logs_backends

    _, _, _, region, account, _, group = str(target["Arn"]).removesuffix(":*").split(":", 6)
    backend = logs_backends[account][region]
    stream = str(uuid.uuid4())
    backend.create_log_stream(group, stream)
    entry = {"timestamp": int(time.time() * 1000), "message": text}
    backend.put_log_events(group, stream, [entry])


def _to_stream(target: Target, text: str) -> None:
    from moto.kinesis.models import kinesis_backends

    arn = str(target["Arn"])
    backend = kinesis_backends[ACCOUNT_ID][arn.split(":")[3]]
    data = base64.b64encode(text.encode(errors="replace")).decode()
    backend.put_record(arn, "", _partition_key(target, text), "", data)


def _to_delivery_stream(target: Target, text: str) -> None:
    from moto.firehose.models import firehose_backends

    arn = str(target["Arn"])
    backend = firehose_backends[ACCOUNT_ID][arn.split(":")[3]]
    try:
        backend.put_record(arn.rsplit("/", 1)[1], {"Data": text.encode(errors="replace")})
    except RuntimeError as error:
        # moto's word for a bucket that is not there.
        raise ValueError(str(error)) from error


def _partition_key(target: Target, text: str) -> str:
    """What PartitionKeyPath names, else the event's id."""
    path = (target.get("KinesisParameters") or {}).get("PartitionKeyPath", "$.id")
    value = json.loads(text)
    for name in path.removeprefix("$.").split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return str(value) if value is not None else str(uuid.uuid4())


# By the service in the target's ARN; each raises one of AWS_ERRORS, LookupError or ValueError.
SENDERS: Mapping[str, Callable[[Target, str], None]] = {
    "firehose": _to_delivery_stream,
    "kinesis": _to_stream,
    "logs": _to_log_group,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}
