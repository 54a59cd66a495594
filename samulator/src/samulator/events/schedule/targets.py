"""What a schedule or a pipe calls besides functions: queues, topics, streams, any operation.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from botocore.exceptions import BotoCoreError, ClientError

from samulator.functions.invocation import NotDelivered
from samulator.servers.aws.delivery import HttpRequest
from samulator.servers.aws.eventbridge.http_target import api_request
from samulator.servers.aws.eventbridge.scheduled import SCHEDULED

Clients = Callable[[str], Any]
Target = Mapping[str, Any]
_ANY_CALL = "arn:aws:scheduler:::aws-sdk:"
# The longest that an API answers.
_SECONDS = 30
_FAILURES = (
    *(BotoCoreError, ClientError, AttributeError, LookupError, OSError, TypeError, ValueError),
)
# Where the service of a universal target has another name in boto3.
_IN_BOTO3 = {"eventbridge": "events", "sfn": "stepfunctions"}


class ScheduleTargets:
    """Sends the text of a schedule to a target as a template describes it."""

    def __init__(self, clients: Clients, doors: Mapping[str, str] | None = None) -> None:
        """`doors` are the URLs of the template's APIs by their ids."""
        self._clients = clients
        self._doors = doors or {}

    async def send(self, target: Target, text: str) -> None:
        """Raises NotDelivered; its dead-letter queue has the text then, if there is one."""
        try:
            await asyncio.to_thread(self._send, target, text)
        except _FAILURES as error:
            dead = (target.get("DeadLetterConfig") or {}).get("Arn")
            if dead is not None:
                await self.send({"Arn": dead}, text)
            raise NotDelivered(f"{target['Arn']}: {error}") from error

    async def let_rule_send(self, rule_arn: str, target: Target, due: datetime) -> None:
        """Have the process of AWS's services send to an API destination, whose connection it has.

        Raises NotDelivered where that does not answer; it has the dead letters of the target.
        """
        entry = {
            "Source": SCHEDULED[0],
            "DetailType": SCHEDULED[1],
            "Detail": "{}",
            "Resources": [rule_arn, str(target.get("Id"))],
            "Time": due,
        }
        try:
            await asyncio.to_thread(self._clients("events").put_events, Entries=[entry])
        except _FAILURES as error:
            raise NotDelivered(f"{target['Arn']}: {error}") from error

    def _send(self, target: Target, text: str) -> None:
        arn = str(target["Arn"])
        if arn.startswith(_ANY_CALL):
            _call(self._clients, arn.removeprefix(_ANY_CALL), text)
            return
        if arn.split(":")[2] == "execute-api":
            _ask(api_request(target, _event(text), self._doors), text)
            return
        sender = _SENDERS.get(arn.split(":")[2])
        if sender is None:
            raise ValueError("such targets get nothing here")
        sender(self._clients, target, text)


def _event(text: str) -> dict[str, Any]:
    """What paths of HttpParameters are looked up in."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _ask(request: HttpRequest, text: str) -> None:
    """Raises OSError, also for an answer that is an error."""
    place = urlsplit(request.url)
    path = urlunsplit(("", "", place.path or "/", place.query, ""))
    with closing(HTTPConnection(place.netloc, timeout=_SECONDS)) as connection:
        connection.request(request.method, path, text.encode(), dict(request.headers))
        status = connection.getresponse().status
    if status >= HTTPStatus.BAD_REQUEST:
        raise OSError(f"{request.url} answers {status}")


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


def _to_delivery_stream(clients: Clients, target: Target, text: str) -> None:
    name = str(target["Arn"]).rsplit("/", 1)[1]
    clients("firehose").put_record(DeliveryStreamName=name, Record={"Data": text.encode()})


def _to_log_group(clients: Clients, target: Target, text: str) -> None:
    group = str(target["Arn"]).removesuffix(":*").split(":", 6)[6]
    stream, logs = str(uuid.uuid4()), clients("logs")
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    entry = {"timestamp": int(time.time() * 1000), "message": text}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[entry])


def _call(clients: Clients, call: str, text: str) -> None:
    """A universal target: service and action, the input holds the parameters."""
    service, _, action = call.partition(":")
    operation = re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
    getattr(clients(_IN_BOTO3.get(service, service)), operation)(**json.loads(text))


_SENDERS: Mapping[str, Callable[[Clients, Target, str], None]] = {
    "events": _to_event_bus,
    "firehose": _to_delivery_stream,
    "kinesis": _to_stream,
    "logs": _to_log_group,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}
