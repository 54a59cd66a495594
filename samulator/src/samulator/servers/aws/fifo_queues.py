"""FIFO queues: what moto's lack of SQS's.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
"""

import itertools
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from moto.sqs.models import Message, Queue

_DEDUPLICATION_MILLISECONDS = 5 * 60 * 1000
_FIRST = 18_000_000_000_000_000_000

# By deduplication id, and by group where the queue says so.
_Key = tuple[str, str | None]


_SENT: WeakKeyDictionary[Queue, dict[_Key, float]] = WeakKeyDictionary()


def correct_fifo_queues(keep: Callable[[Queue, Message], None] | None = None) -> None:
    """Every message has a number that grows, and a message that is gone is no less a duplicate.

    `keep` is called before any queue, FIFO or not, has a new message; what it raises refuses that.
    """
    add_message = Queue.add_message
    # Also above those of a process before this one.
    numbers = itertools.count(_FIRST + time.time_ns() // 1000)

    def add_once(queue: Queue, message: Message) -> None:
        if queue.fifo_queue:
            message.sequence_number = str(next(numbers))
            if _is_repeated(queue, message):
                return
        if keep is not None:
            keep(queue, message)
        if not queue.fifo_queue:
            add_message(queue, message)
            return
        remember(queue, message)
        # moto's own check knows neither groups nor what is gone.
        with queue._messages_lock:
            queue._messages.append(message)
            queue._messages_lock.notify_all()

    Queue.add_message = add_once  # type: ignore[method-assign, assignment]


def remember(queue: Queue, message: Message) -> None:
    """Have a message of the same deduplication id be a duplicate for the next five minutes."""
    key = _key(queue, message)
    if key is not None:
        known = _SENT.setdefault(queue, {})
        known[key] = float(message.sent_timestamp or 0)
        _forget(known, known[key])


def _is_repeated(queue: Queue, message: Message) -> bool:
    key = _key(queue, message)
    if key is None:
        return False
    before = _SENT.get(queue, {}).get(key, -_DEDUPLICATION_MILLISECONDS)
    return float(message.sent_timestamp or 0) - before < _DEDUPLICATION_MILLISECONDS


def _key(queue: Queue, message: Message) -> _Key | None:
    if not queue.fifo_queue or message.deduplication_id is None:
        return None
    by_group = queue.attributes.get("DeduplicationScope") == "messageGroup"
    return message.deduplication_id, message.group_id if by_group else None


def keep_groups_in_order() -> None:
    """Of what came back together the first of a group goes first, and waits for none behind it.

    moto skips a message while a later one of its group counts as pending, though that one is
    visible again too, and then delivers the later one.
    """

    def ready(queue: Queue) -> list[Message]:
        free = [each for each in queue._messages if each.visible and not each.delayed]
        if not queue.fifo_queue:
            return free
        queue.pending_messages.difference_update(free)
        held = {message.group_id for message in queue.pending_messages}
        return [message for message in free if message.group_id not in held]

    Queue.messages = property(ready)  # type: ignore[method-assign, assignment]
    Queue.pending_message_groups = property(  # type: ignore[method-assign, assignment]
        lambda _queue: set()
    )


def _forget(known: dict[_Key, float], now: float) -> None:
    """The oldest come first."""
    is_over = (key for key in known if now - known[key] > _DEDUPLICATION_MILLISECONDS)
    for key in [*itertools.islice(is_over, 100)]:
        del known[key]
