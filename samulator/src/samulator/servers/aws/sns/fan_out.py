"""Carries messages of topics to their subscribers, and to dead-letter queues what was not taken.

moto keeps topics and subscriptions; its own way matches fewer filters, takes "false" for true, and
would run functions in Docker.
"""

import itertools
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from moto.sns.models import SNSBackend, Subscription

from samulator.servers.aws.delivery import Delivery, Event, Refusal
from samulator.servers.aws.http_call import LOOPBACK, call
from samulator.servers.aws.messages import AWS_ERRORS, bury, code_of, send_to_queue
from samulator.servers.aws.sns.filter_policy import accepts, check_policy
from samulator.servers.aws.sns.notification import Notification

_logger = logging.getLogger(__name__)
_HTTP_SECONDS = 15


class FanOut:
    """Functions, queues and HTTP servers of this machine; others get nothing and are named."""

    def __init__(self, delivery: Delivery | None) -> None:
        """Without `delivery` no function gets anything."""
        self._delivery = delivery
        # SNS counts the messages of a FIFO topic in twenty digits.
        self._sequence = itertools.count(10**19)
        self._carriers: dict[str, Callable[[Subscription, Notification], None]] = {
            "sqs": _to_queue,
            "lambda": self._to_function,
            "http": to_http,
            "https": to_http,
        }

    def install(self) -> None:
        """Makes moto's subscriptions deliver here, and takes the filters that SNS takes."""

        def publish(
            subscription: Subscription, message: str, message_id: str, **about: object
        ) -> None:
            self._publish(subscription, message, message_id, about)

        def validate(_backend: SNSBackend, value: Any, scope: str | None) -> None:  # noqa: ANN401
            check_policy(value, scope)

        Subscription.publish = publish  # type: ignore[method-assign, assignment]
        SNSBackend._validate_filter_policy = validate  # type: ignore[method-assign, assignment]

    def _publish(
        self, subscription: Subscription, message: str, message_id: str, about: Mapping[str, Any]
    ) -> None:
        attributes = about.get("message_attributes") or {}
        policy, scope = (
            subscription._filter_policy,
            subscription.attributes.get("FilterPolicyScope"),
        )
        if policy and not accepts(policy, scope, message, attributes):
            return
        if about.get("message_structure") == "json":
            message = subscription._parse_message_structure(message, subscription.protocol)
        carry = self._carriers.get(subscription.protocol)
        if carry is None:
            _logger.info("%s gets nothing here: %s", subscription.protocol, subscription.endpoint)
            return
        group = about.get("group_id")
        carry(
            subscription,
            Notification(
                topic_arn=subscription.topic_arn,
                message=message,
                subject=about.get("subject"),
                attributes=attributes,
                group=group,
                deduplication=about.get("deduplication_id"),
                sequence=str(next(self._sequence)) if subscription.topic.fifo_topic else None,
                id=message_id,
            ),
        )

    def _to_function(self, subscription: Subscription, notification: Notification) -> None:
        if self._delivery is None:
            return
        event = notification.lambda_event(subscription.arn)
        self._delivery.put(
            Event(
                function=subscription.endpoint,
                payload=json.dumps(event).encode(),
                title=f"A message of topic {subscription.topic.name}",
                on_refused=partial(_bury, subscription, notification),
            )
        )


def _to_queue(subscription: Subscription, notification: Notification) -> None:
    is_raw = str(subscription.attributes.get("RawMessageDelivery")).lower() == "true"
    try:
        send_to_queue(
            subscription.endpoint,
            notification.message if is_raw else notification.envelope(subscription.arn),
            attributes=notification.raw_attributes() if is_raw else None,
            group=notification.group,
            deduplication=notification.deduplication,
        )
    except AWS_ERRORS as error:
        refusal = Refusal(str(error), code_of(error), is_final=True)
        _bury(subscription, notification, refusal)


def to_http(subscription: Subscription, notification: Notification) -> None:
    """Post a message to a server of this machine; what it does not take is buried."""
    if urlsplit(subscription.endpoint).hostname not in LOOPBACK:
        _logger.info("%s is not on this machine and gets nothing", subscription.endpoint)
        return
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": notification.id,
        "x-amz-sns-topic-arn": notification.topic_arn,
        "x-amz-sns-subscription-arn": subscription.arn,
    }
    body = notification.envelope(subscription.arn).encode()
    try:
        answer = call("POST", subscription.endpoint, headers, body, seconds=_HTTP_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        _bury(subscription, notification, Refusal(str(error), type(error).__name__))
        return
    if answer.is_redirect:
        reason = f"it answers {answer.status_code}, which is not followed"
        _bury(subscription, notification, Refusal(reason, str(answer.status_code)))


def _bury(subscription: Subscription, notification: Notification, refusal: Refusal) -> None:
    policy = subscription.attributes.get("RedrivePolicy")
    arn = json.loads(policy).get("deadLetterTargetArn") if policy else None
    text = replace(notification, group=None).envelope(subscription.arn)
    attributes: dict[str, str | int] = {
        "RequestID": notification.id,
        "ErrorCode": refusal.code or "ServiceUnavailable",
        "ErrorMessage": refusal.reason,
    }
    lost = (
        f"A message of topic {subscription.topic.name} was not delivered to "
        f"{subscription.endpoint}: {refusal.reason}"
    )
    bury(arn, text, attributes, lost)
