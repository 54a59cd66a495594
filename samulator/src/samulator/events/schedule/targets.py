"""What a schedule may call besides functions: queues, topics, buses, state machines, any call.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
"""

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.functions.invocation import NotDelivered

Clients = Callable[[str], Any]
Target = Mapping[str, Any]
_ANY_CALL = "arn:aws:scheduler:::aws-sdk:"
# Where the service of a universal target has another name in boto3.
_IN_BOTO3 = {"eventbridge": "events", "sfn": "stepfunctions"}


class ScheduleTargets:
    """Sends the text of a schedule to a target as a template describes it."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def send(self, target: Target, text: str) -> None:
        """Raises NotDelivered; its dead-letter queue has the text then, if there is one."""
        try:
            await asyncio.to_thread(self._send, target, text)
        except (BotoCoreError, ClientError, ValueError, AttributeError, TypeError) as error:
            dead = (target.get("DeadLetterConfig") or {}).get("Arn")
            if dead is not None:
                await self.send({"Arn": dead}, text)
            raise NotDelivered(f"{target['Arn']}: {error}") from error

    def _send(self, target: Target, text: str) -> None:
        arn = str(target["Arn"])
        if arn.startswith(_ANY_CALL):
            _call(self._clients, arn.removeprefix(_ANY_CALL), text)
            return
        sender = _SENDERS.get(arn.split(":")[2])
        if sender is None:
            raise ValueError("such targets get nothing here")
        sender(self._clients, target, text)


def _to_queue(clients: Clients, target: Target, text: str) -> None:
    name = str(target["Arn"]).rsplit(":", 1)[1]
    sqs = clients("sqs")
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    # A schedule has no id of its own to tell its messages apart.
    fifo = {"MessageGroupId": group, "MessageDeduplicationId": str(uuid.uuid4())} if group else {}
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=text, **fifo)


def _to_topic(clients: Clients, target: Target, text: str) -> None:
    clients("sns").publish(TopicArn=target["Arn"], Message=text)


def _to_state_machine(clients: Clients, target: Target, text: str) -> None:
    clients("stepfunctions").start_execution(stateMachineArn=target["Arn"], input=text)


def _to_event_bus(clients: Clients, target: Target, text: str) -> None:
    named = target.get("EventBridgeParameters") or {}
    entry = {
        "Source": named.get("Source", "aws.events"),
        "DetailType": named.get("DetailType", "Scheduled Event"),
        "Detail": text,
        "EventBusName": str(target["Arn"]).rsplit("/", 1)[1],
    }
    clients("events").put_events(Entries=[entry])


def _to_stream(clients: Clients, target: Target, text: str) -> None:
    key = (target.get("KinesisParameters") or {}).get("PartitionKey") or str(uuid.uuid4())
    name = str(target["Arn"]).rsplit("/", 1)[1]
    clients("kinesis").put_record(StreamName=name, Data=text.encode(), PartitionKey=key)


def _call(clients: Clients, call: str, text: str) -> None:
    """A universal target: service and action, the input holds the parameters."""
    service, _, action = call.partition(":")
    operation = re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
    getattr(clients(_IN_BOTO3.get(service, service)), operation)(**json.loads(text))


_SENDERS: Mapping[str, Callable[[Clients, Target, str], None]] = {
    "events": _to_event_bus,
    "kinesis": _to_stream,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}
