"""Messages of queues as text, and back."""

import base64
import json
from typing import Any

from moto.sqs.models import Message, Queue

_BYTES = "bytes in base64"


def message_text(message: Message) -> str:
    """All there is to a message: what was sent, and what became of it since."""
    return json.dumps(vars(message), default=_encoded)


def read_message(text: str) -> Message:
    values = json.loads(text, object_hook=_decoded)
    message = Message(values["id"], values["body"])
    vars(message).update(values)
    return message


def take_back(queue: Queue, message: Message) -> None:
    """Puts one into its queue as it was, unless the queue would have dropped it meanwhile."""
    queue._messages.append(message)
    if message.approximate_receive_count and not message.visible:
        queue.pending_messages.add(message)


def _encoded(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} is in no message")


def _decoded(value: dict[str, Any]) -> Any:  # noqa: ANN401 - as it was
    return base64.b64decode(value[_BYTES]) if value.keys() == {_BYTES} else value
