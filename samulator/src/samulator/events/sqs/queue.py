"""One SQS queue as a poller uses it: receive, delete, hold."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from samulator.events.sqs.event import Message, Record, read_record

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

# SQS's own, for each call.
_MOST_PER_CALL = 10


class SqsQueue:
    """Raises BotoCoreError and ClientError; calls run in threads, so that nothing else waits."""

    def __init__(self, name: str, client: "SQSClient") -> None:
        self.name = name
        self._client = client
        self._place: tuple[str, str] | None = None

    async def receive(self, count: int, *, wait: int, received: float) -> list[Record]:
        """Up to `count` messages and never more than 10; waits so many seconds for the first."""
        url, arn = await asyncio.to_thread(self._find)
        messages = await asyncio.to_thread(self._receive, url, count, wait)
        return [read_record(message, arn, received=received) for message in messages]

    async def delete(self, records: Sequence[Record]) -> list[str]:
        """Returns the reasons of those that the queue did not delete."""
        return await asyncio.to_thread(self._delete, records)

    async def hold(self, records: Sequence[Record]) -> list[Record]:
        """Starts the visibility timeout anew; returns those that are still invisible."""
        if not records:
            return []
        return await asyncio.to_thread(self._hold, records)

    def _find(self) -> tuple[str, str]:
        if self._place is None:
            url = self._client.get_queue_url(QueueName=self.name)["QueueUrl"]
            answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            self._place = url, answer["Attributes"]["QueueArn"]
        return self._place

    def _receive(self, url: str, count: int, wait: int) -> list[Message]:
        answer = self._client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(count, _MOST_PER_CALL),
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [*answer.get("Messages", [])]

    def _delete(self, records: Sequence[Record]) -> list[str]:
        url, _ = self._find()
        reasons = []
        for start in range(0, len(records), _MOST_PER_CALL):
            answer = self._client.delete_message_batch(
                QueueUrl=url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": record.message["ReceiptHandle"]}
                    for number, record in enumerate(records[start : start + _MOST_PER_CALL])
                ],
            )
            reasons += [str(failure.get("Message")) for failure in answer.get("Failed", [])]
        return reasons

    def _hold(self, records: Sequence[Record]) -> list[Record]:
        url, _ = self._find()
        answer = self._client.get_queue_attributes(
            QueueUrl=url, AttributeNames=["VisibilityTimeout"]
        )
        seconds = int(answer["Attributes"]["VisibilityTimeout"])
        held: list[Record] = []
        for start in range(0, len(records), _MOST_PER_CALL):
            some = records[start : start + _MOST_PER_CALL]
            changed = self._client.change_message_visibility_batch(
                QueueUrl=url,
                Entries=[
                    {
                        "Id": str(number),
                        "ReceiptHandle": record.message["ReceiptHandle"],
                        "VisibilityTimeout": seconds,
                    }
                    for number, record in enumerate(some)
                ],
            )
            held += [some[int(entry["Id"])] for entry in changed.get("Successful", [])]
        return held
