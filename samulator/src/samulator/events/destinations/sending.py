"""How each kind of destination takes a text: queues, topics, event buses and buckets.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# A client of boto3 by the name of its service.
Clients = Callable[[str], Any]
_MOST_OF_MESSAGE = 1024


@dataclass(frozen=True)
class Letter:
    """What a destination gets: JSON or whatever an event was, attributes, and whose it is.

    `document` is the same as values, where the text is a record of an invoke; `function_arn` is
    of the function that it tells of.
    """

    text: str
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    function_arn: str = ""


def to_queue(clients: Clients, arn: str, letter: Letter) -> None:
    sqs = clients("sqs")
    url = sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"]
    sqs.send_message(
        QueueUrl=url, MessageBody=letter.text, MessageAttributes=_attributes(letter.attributes)
    )


def to_topic(clients: Clients, arn: str, letter: Letter) -> None:
    clients("sns").publish(
        TopicArn=arn, Message=letter.text, MessageAttributes=_attributes(letter.attributes)
    )


def to_event_bus(clients: Clients, arn: str, letter: Letter) -> None:
    """Raises ValueError where the bus refuses the event."""
    has_failed = letter.document["requestContext"]["condition"] != "Success"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {_outcome(has_failed)}",
        "Detail": letter.text,
        "Resources": [arn, letter.function_arn],
        "EventBusName": arn.rsplit("/", 1)[1],
    }
    answer = clients("events").put_events(Entries=[entry])
    for result in answer["Entries"]:
        if "ErrorCode" in result:
            raise ValueError(f"{result['ErrorCode']}: {result.get('ErrorMessage')}")


def to_bucket(clients: Clients, arn: str, letter: Letter) -> None:
    now = datetime.now(UTC)
    name = letter.function_arn.split(":function:")[-1].split(":")[0]
    key = f"aws/lambda/async/{name}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
    clients("s3").put_object(
        Bucket=arn.rsplit(":", 1)[1],
        Key=key,
        Body=letter.text.encode(),
        ContentType="application/json",
    )


# By the service in the destination's ARN; each raises BotoCoreError, ClientError and ValueError.
SENDERS: Mapping[str, Callable[[Clients, str, Letter], None]] = {
    "events": to_event_bus,
    "s3": to_bucket,
    "sns": to_topic,
    "sqs": to_queue,
}


def record_letter(record: Mapping[str, Any]) -> Letter:
    """The record of an invoke, as AWS writes it."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return Letter(text, document=record, function_arn=record["requestContext"]["functionArn"])


def dead_letter(payload: bytes, request_id: str, message: str) -> Letter:
    """An event that no attempt could handle, as a dead-letter queue of a function gets it."""
    attributes: dict[str, str | int] = {
        "RequestID": request_id,
        "ErrorCode": 200,
        "ErrorMessage": message.encode()[:_MOST_OF_MESSAGE].decode(errors="ignore") or "none",
    }
    return Letter(payload.decode(errors="replace"), attributes)


def _outcome(has_failed: bool) -> str:
    return "Failure" if has_failed else "Success"


def _attributes(attributes: Mapping[str, str | int]) -> dict[str, dict[str, str]]:
    return {
        name: {
            "DataType": "Number" if isinstance(value, int) else "String",
            "StringValue": str(value),
        }
        for name, value in attributes.items()
    }
