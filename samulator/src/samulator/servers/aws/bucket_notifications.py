"""What a bucket tells of its objects: functions, queues, topics and EventBridge.

Functions come from the template's S3 events and from what a client asked a bucket for, the others
from the latter alone: the template's resources are made by such calls, too.
"""

import json
import logging
from collections.abc import Iterator, Sequence

from moto.s3 import notifications
from moto.s3.models import FakeBucket, FakeKey, s3_backends

from samulator.servers.aws.config import ACCOUNT_ID, AwsConfig
from samulator.servers.aws.delivery import Delivery, Event
from samulator.servers.aws.eventbridge.bus import EventBuses
from samulator.servers.aws.eventbridge.object_event import object_event
from samulator.servers.aws.messages import AWS_ERRORS, publish_to_topic, send_to_queue
from samulator.servers.aws.notifications import ObjectChange, Sequencer, event_for, matching
from samulator.template.model import S3Trigger

_logger = logging.getLogger(__name__)
_SUBJECT = "Amazon S3 Notification"


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
        bucket = s3_backends[ACCOUNT_ID]["aws"].buckets.get(change.bucket)
        sequencer = self._sequencer.next()
        triggers = [*self._config.triggers, *_configured(bucket)]
        for trigger in matching(triggers, change):
            event = event_for(change, trigger, region=self._config.region, sequencer=sequencer)
            self._send(trigger.function, json.dumps(event), change)
        if self._buses is not None and bucket is not None and _tells_event_bridge(bucket):
            self._buses.put(object_event(change, self._config.region, sequencer))

    def _send(self, target: str, text: str, change: ObjectChange) -> None:
        title = f"S3 event for {change.key}"
        try:
            if target.startswith("arn:aws:sqs:"):
                send_to_queue(target, text)
            elif target.startswith("arn:aws:sns:"):
                publish_to_topic(target, text, _SUBJECT)
            elif self._delivery is not None:
                order = f"{target}/{change.bucket}/{change.key}"
                self._delivery.put(Event(target, text.encode(), title, order))
        except AWS_ERRORS as error:
            _logger.error("%s: %s: %s", title, target, error)


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
