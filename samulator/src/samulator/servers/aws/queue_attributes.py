"""Attributes of queues as SQS tells them: times are whole seconds, where moto has fractions.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

from typing import Any

from moto.sqs.models import Queue


def tell_whole_seconds() -> None:
    """`int(attributes["CreatedTimestamp"])` is what clients do with them."""
    moto = vars(Queue)["attributes"].fget

    def attributes(queue: Queue) -> dict[str, Any]:
        told: dict[str, Any] = moto(queue)
        return {
            name: int(value) if isinstance(value, float) else value for name, value in told.items()
        }

    Queue.attributes = property(attributes)  # type: ignore[method-assign, assignment]
