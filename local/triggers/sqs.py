"""Event source mappings of SQS queues: polls, invokes in batches, deletes what succeeded.

Rules: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" and "Implementing partial
batch responses". Redelivery and dead-letter queues are the queue's own business.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local.runtime.invocation import Invocation, NotInvoked
from local.template.model import SqsTrigger
from local.triggers.invoker import Invoker

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_logger = logging.getLogger(__name__)
_WAIT_SECONDS = 1
_RECEIVE_LIMIT = 10
_PAUSE_AFTER_FAILURE_SECONDS = 1.0

Message = Mapping[str, Any]


class QueuePoller:
    """Polls one queue for one function until cancelled."""

    def __init__(self, trigger: SqsTrigger, invoker: Invoker, sqs: "SQSClient") -> None:
        self._trigger = trigger
        self._invoker = invoker
        self._sqs = sqs

    async def run(self) -> None:
        """Polls for ever; an unreachable queue is logged once per outage and tried again."""
        is_reachable = True
        while True:
            try:
                await self.poll()
                is_reachable = True
            except (BotoCoreError, ClientError) as error:
                if is_reachable:
                    _logger.warning("queue %s: %s", self._trigger.queue, error)
                is_reachable = False
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)

    async def poll(self) -> int:
        """Handles at most one batch and returns how many messages it held."""
        url = await asyncio.to_thread(self._queue_url)
        messages = await self._receive(url)
        if messages:
            arn = await asyncio.to_thread(self._queue_arn, url)
            event = {"Records": [_record(message, arn) for message in messages]}
            done = await self._handled(messages, json.dumps(event).encode())
            await asyncio.to_thread(self._delete, url, done)
        return len(messages)

    async def _handled(self, messages: Sequence[Message], event: bytes) -> list[Message]:
        """What may be deleted; all else becomes visible again when its time is over, as on AWS."""
        try:
            result = await self._invoker.invoke(self._trigger.function, event)
        except NotInvoked as error:
            _logger.warning("queue %s: %s", self._trigger.queue, error)
            return []
        return self._succeeded(messages, result)

    def _queue_url(self) -> str:
        return self._sqs.get_queue_url(QueueName=self._trigger.queue)["QueueUrl"]

    def _queue_arn(self, url: str) -> str:
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    async def _receive(self, url: str) -> list[Message]:
        """Up to a batch; waits for more only as long as the batching window allows."""
        loop = asyncio.get_running_loop()
        messages = await asyncio.to_thread(self._receive_once, url, self._trigger.batch_size)
        deadline = loop.time() + self._trigger.batching_window
        while messages and len(messages) < self._trigger.batch_size:
            more = await asyncio.to_thread(
                self._receive_once, url, self._trigger.batch_size - len(messages), wait=0
            )
            messages += more
            if not more:
                if loop.time() >= deadline:
                    break
                await asyncio.sleep(0.1)
        return messages

    def _receive_once(self, url: str, count: int, *, wait: int = _WAIT_SECONDS) -> list[Message]:
        answer = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(count, _RECEIVE_LIMIT),
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [*answer.get("Messages", [])]

    def _succeeded(self, messages: Sequence[Message], result: Invocation) -> list[Message]:
        if result.function_error:
            return []
        if not self._trigger.report_batch_item_failures:
            return [*messages]
        failed = failed_items(result.payload, {message["MessageId"] for message in messages})
        if failed is None:
            _logger.warning(
                "%s: the batch response is not valid, so the whole batch counts as failed",
                self._trigger.function,
            )
            return []
        return [message for message in messages if message["MessageId"] not in failed]

    def _delete(self, url: str, messages: Sequence[Message]) -> None:
        for start in range(0, len(messages), _RECEIVE_LIMIT):
            self._sqs.delete_message_batch(
                QueueUrl=url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(messages[start : start + _RECEIVE_LIMIT])
                ],
            )


def failed_items(payload: bytes, known: set[str]) -> set[str] | None:
    """The message ids a partial batch response names; None where Lambda fails the whole batch.

    An empty, null or absent list means all succeeded; an empty or unknown id means none did.
    """
    try:
        response = json.loads(payload or b"null")
    except ValueError:
        return None
    if not response:
        return set()
    items = response.get("batchItemFailures") if isinstance(response, dict) else None
    if not items:
        return set()
    if not isinstance(items, list):
        return None
    failed = {item.get("itemIdentifier") if isinstance(item, dict) else None for item in items}
    return {str(item) for item in failed} if failed <= known else None


def _record(message: Message, queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"dataType": value["DataType"]}
    if "StringValue" in value:
        record["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        record["binaryValue"] = value["BinaryValue"].decode("latin-1")
    return record | {"stringListValues": [], "binaryListValues": []}
