"""What a bucket tells of its objects: functions, queues, topics and EventBridge.

Functions come from the template's S3 events and from what a client asked a bucket for, the others
from the latter alone: the template's resources are made by such calls, too.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from moto.s3 import notifications
from moto.s3.models import FakeBucket, FakeKey, s3_backends

from samulator.servers.aws.config import ACCOUNT_ID, AwsConfig
from samulator.servers.aws.delivery import Delivery, Event, Refusal
from samulator.servers.aws.eventbridge.bus import EventBuses
from samulator.servers.aws.eventbridge.object_event import object_event
from samulator.servers.aws.messages import AWS_ERRORS, publish_to_topic, send_to_queue
from samulator.servers.aws.notifications import ObjectChange, Sequencer, event_for, matching
from samulator.template.model import S3Trigger

_logger = logging.getLogger(__name__)
_SUBJECT = "Amazon S3 Notification"
_BUSES = "events"
_QUEUES_AND_TOPICS = ("arn:aws:sqs:", "arn:aws:sns:")


@dataclass(frozen=True)
class Notice:
    """What one change tells one target: a function, a queue or a topic by its ARN, or the buses.

    `title` is for people; those of one `order` are sent in their order. `number` is the one that
    it is kept under, if it is; `trace`, which is not kept, is that of the change.
    """

    target: str
    text: str
    title: str
    order: str
    number: int | None = None
    trace: str | None = None


def _nothing(_notice: Notice) -> None:
    """Nobody keeps it."""


class BucketNotifications:
    """Sends each change to whoever its bucket notifies; what one does not take is logged."""

    def __init__(
        self, config: AwsConfig, delivery: Delivery | None, buses: EventBuses | None = None
    ) -> None:
        """Without `delivery` no function is told, without `buses` nobody through EventBridge."""
        self._config = config
        self._delivery = delivery
        self._buses = buses
        self._sequencer = Sequencer()

    def install(self) -> None:
        """Takes over what moto tells of objects itself: tags, access lists and restores."""

        def send_event(
            account_id: str, event_name: object, bucket: FakeBucket, key: FakeKey
        ) -> None:
            del account_id
            name = str(event_name).removeprefix("s3:")
            # Of these the observer of requests tells.
            if not name.startswith(("ObjectCreated:", "ObjectRemoved:")):
                etag = str(key.etag).strip('"')
                self.report(ObjectChange(name, bucket.name, key.name, key.size, etag))

        notifications.send_event = send_event

    def report(self, change: ObjectChange) -> None:
        """Called in the order in which the objects changed."""
        for notice in self.notices(change):
            self.send(notice)

    def notices(self, change: ObjectChange) -> Iterator[Notice]:
        """What the change has to tell, of one sequencer."""
        bucket = s3_backends[ACCOUNT_ID]["aws"].buckets.get(change.bucket)
        sequencer = self._sequencer.next()
        title = f"S3 event for {change.key}"
        triggers = [*self._config.triggers, *_configured(bucket)]
        for trigger in matching(triggers, change):
            target = trigger.function
            if self._delivery is None and not target.startswith(_QUEUES_AND_TOPICS):
                continue
            event = event_for(change, trigger, region=self._config.region, sequencer=sequencer)
            order = f"{target}/{change.bucket}/{change.key}"
            yield Notice(target, json.dumps(event), title, order, trace=change.trace)
        if self._buses is not None and bucket is not None and _tells_event_bridge(bucket):
            text = json.dumps(object_event(change, self._config.region, sequencer))
            yield Notice(_BUSES, text, title, "")

    def send(self, notice: Notice, taken: Callable[[Notice], None] = _nothing) -> None:
        """Calls `taken`, from any thread, when nothing is left to be done."""
        if notice.target != _BUSES and not notice.target.startswith(_QUEUES_AND_TOPICS):
            if self._delivery is not None:
                self._delivery.put(_event(notice, taken))
            return
        try:
            if notice.target.startswith("arn:aws:sqs:"):
                send_to_queue(notice.target, notice.text)
            elif notice.target.startswith("arn:aws:sns:"):
                publish_to_topic(notice.target, notice.text, _SUBJECT)
            elif self._buses is not None:
                self._buses.put(json.loads(notice.text))
        except AWS_ERRORS as error:
            _logger.error("%s: %s: %s", notice.title, notice.target, error)
        taken(notice)


def _event(notice: Notice, taken: Callable[[Notice], None]) -> Event:
    def refused(refusal: Refusal) -> None:
        if refusal.is_stop and taken is not _nothing:
            # It is on disk, and the next start sends it.
            return
        event.say(refusal)
        taken(notice)

    event = Event(
        notice.target,
        notice.text.encode(),
        notice.title,
        notice.order,
        on_refused=refused,
        on_taken=lambda: taken(notice),
        trace=notice.trace,
    )
    return event


def _configured(bucket: FakeBucket | None) -> Iterator[S3Trigger]:
    """The `function` of each is the ARN of a function, a queue or a topic."""
    configured = bucket.notification_configuration if bucket is not None else None
    if bucket is None or configured is None:
        return
    for each in [*configured.cloud_function, *configured.queue, *configured.topic]:
        rules: Sequence[dict[str, str]] = (
            (each.filters or {}).get("S3Key", {}).get("FilterRule", [])
        )
        affixes = {str(rule["Name"]).lower(): str(rule["Value"]) for rule in rules}
        yield S3Trigger(
            name=each.id,
            function=each.arn,
            bucket=bucket.name,
            events=tuple(each.events),
            prefix=affixes.get("prefix", ""),
            suffix=affixes.get("suffix", ""),
        )


def _tells_event_bridge(bucket: FakeBucket) -> bool:
    configured = bucket.notification_configuration
    return configured is not None and configured.event_bridge is not None
