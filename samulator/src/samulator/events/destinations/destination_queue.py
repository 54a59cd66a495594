"""Queues as destinations of asynchronous invokes: they keep what became of each."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.functions.invocation import NotDelivered

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class DestinationQueue:
    """Sends records to the local SQS."""

    def __init__(self, sqs: "SQSClient") -> None:
        self._sqs = sqs

    async def send(self, queue: str, record: dict[str, Any]) -> None:
        """One record, as AWS writes it; raises NotDelivered."""
        body = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        try:
            await asyncio.to_thread(self._send, queue, body)
        except (BotoCoreError, ClientError) as error:
            raise NotDelivered(str(error)) from error

    def _send(self, queue: str, body: str) -> None:
        url = self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        self._sqs.send_message(QueueUrl=url, MessageBody=body)
