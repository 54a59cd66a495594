"""Messages of queues as text, and back."""

import json

from moto.sqs.models import Message, Queue

from samulator.servers.aws.storage.encoding import decoded, encoded


def message_text(message: Message) -> str:
    """All there is to a message: what was sent, and what became of it since."""
    return json.dumps(vars(message), default=encoded)


def read_message(text: str) -> Message:
    values = json.loads(text, object_hook=decoded)
    message = Message(values["id"], values["body"])
    vars(message).update(values)
    return message


def take_back(queue: Queue, message: Message) -> None:
    """Puts one into its queue as it was, unless the queue would have dropped it meanwhile."""
    queue._messages.append(message)
    if message.approximate_receive_count and not message.visible:
        queue.pending_messages.add(message)
