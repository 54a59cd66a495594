"""The OnFailure destination of asynchronous invokes: a queue that keeps what failed for good."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class FailureQueue:
    """Sends destination records to the local SQS."""

    def __init__(self, sqs: "SQSClient") -> None:
        self._sqs = sqs

    async def send(self, queue: str, record: dict[str, Any]) -> None:
        """One record, as AWS writes it."""
        await asyncio.to_thread(self._send, queue, json.dumps(record))

    def _send(self, queue: str, body: str) -> None:
        url = self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        self._sqs.send_message(QueueUrl=url, MessageBody=body)
