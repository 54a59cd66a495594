"""Notifications that a client asked a bucket for, to queues and topics.

Functions are notified by the template's S3 events (delivery.py); a bucket that is asked to notify a
function or EventBridge refuses (s3/documents.py).
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import ServiceException
from moto.s3.models import FakeBucket, s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.notifications import ObjectChange, Sequencer, event_for, matching
from samulator.template.model import S3Trigger

_logger = logging.getLogger(__name__)
_SUBJECT = "Amazon S3 Notification"


class Subscriptions:
    """Sends the same event that a function gets, as the text of a message."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._sequencer = Sequencer()

    def report(self, change: ObjectChange) -> None:
        """Sends one message for each subscription that matches; one that fails is logged."""
        bucket = s3_backends[ACCOUNT_ID]["aws"].buckets.get(change.bucket)
        if bucket is None or bucket.notification_configuration is None:
            return
        sequencer = self._sequencer.next()
        for wanted in matching(tuple(_subscriptions(bucket)), change):
            event = event_for(change, wanted, region=self._region, sequencer=sequencer)
            try:
                _send(wanted.function, json.dumps(event))
            except ServiceException as error:
                _logger.error("S3 event for %s: %s: %s", change.key, wanted.function, error)


def _subscriptions(bucket: FakeBucket) -> Iterator[S3Trigger]:
    """The `function` of each is the ARN of a queue or a topic."""
    configured = bucket.notification_configuration
    for each in [*configured.queue, *configured.topic] if configured else []:
        rules = (each.filters or {}).get("S3Key", {}).get("FilterRule", [])
        affixes = {str(rule["Name"]).lower(): str(rule["Value"]) for rule in rules}
        yield S3Trigger(
            name=each.id,
            function=each.arn,
            bucket=bucket.name,
            events=tuple(each.events),
            prefix=affixes.get("prefix", ""),
            suffix=affixes.get("suffix", ""),
        )


def _send(arn: str, text: str) -> None:
    _, _, service, region, account, name = arn.split(":", 5)
    backends: Any = {"sqs": sqs_backends, "sns": sns_backends}[service]
    backend = backends[account][region]
    if service == "sqs":
        backend.send_message(queue_name=name, message_body=text)
    else:
        backend.publish(arn=arn, message=text, subject=_SUBJECT)
