"""A message of a topic as its subscribers get it.

Shapes: Amazon SNS Developer Guide, "Parsing Amazon SNS message formats"; AWS Lambda Developer
Guide, "Invoking Lambda functions with Amazon SNS notifications".
"""

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Nothing on this machine could sign as SNS does.
_SIGNATURE = "TG9jYWwgbWVzc2FnZXMgYXJlIG5vdCBzaWduZWQ="


@dataclass(frozen=True)
class Notification:
    """One message. `attributes` by name with Type and Value; `group` is of FIFO topics."""

    topic_arn: str
    message: str
    subject: str | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None
    sequence: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    timestamp: str = field(default_factory=lambda: _now())

    def lambda_event(self, subscription_arn: str) -> dict[str, Any]:
        """What a function gets."""
        region = self.topic_arn.split(":")[3]
        return {
            "Records": [
                {
                    "EventSource": "aws:sns",
                    "EventVersion": "1.0",
                    "EventSubscriptionArn": subscription_arn,
                    "Sns": {
                        "Type": "Notification",
                        "MessageId": self.id,
                        "TopicArn": self.topic_arn,
                        "Subject": self.subject,
                        "Message": self.message,
                        "Timestamp": self.timestamp,
                        "SignatureVersion": "1",
                        "Signature": _SIGNATURE,
                        "SigningCertUrl": _certificate_url(region),
                        "UnsubscribeUrl": _unsubscribe_url(region, subscription_arn),
                        "MessageAttributes": self._shown_attributes(),
                    },
                }
            ]
        }

    def envelope(self, subscription_arn: str) -> str:
        """What a queue gets, and an HTTP endpoint: JSON, laid out as SNS does."""
        region = self.topic_arn.split(":")[3]
        fields = {
            "Type": "Notification",
            "MessageId": self.id,
            "SequenceNumber": self.sequence,
            "TopicArn": self.topic_arn,
            "Subject": self.subject,
            "Message": self.message,
            "Timestamp": self.timestamp,
            "SignatureVersion": "1",
            "Signature": _SIGNATURE,
            "SigningCertURL": _certificate_url(region),
            "UnsubscribeURL": _unsubscribe_url(region, subscription_arn),
            "MessageAttributes": self._shown_attributes() or None,
        }
        present = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(present, indent=2, separators=(",", " : "), ensure_ascii=False)

    def raw_attributes(self) -> dict[str, dict[str, Any]]:
        """The attributes as those of a queue's message."""
        return {name: _raw(**attribute) for name, attribute in self.attributes.items()}

    def _shown_attributes(self) -> dict[str, dict[str, str]]:
        return {
            name: {"Type": attribute["Type"], "Value": str(attribute["Value"])}
            for name, attribute in self.attributes.items()
        }


def _raw(Type: str, Value: Any) -> dict[str, Any]:  # noqa: ANN401 - SNS's names
    if Type.startswith("Binary"):
        return {"DataType": Type, "BinaryValue": base64.b64decode(Value)}
    return {"DataType": Type, "StringValue": str(Value)}


def _now() -> str:
    now = datetime.now(UTC)
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"


def _certificate_url(region: str) -> str:
    return f"https://sns.{region}.amazonaws.com/SimpleNotificationService-local.pem"


def _unsubscribe_url(region: str, subscription_arn: str) -> str:
    action = f"Action=Unsubscribe&SubscriptionArn={subscription_arn}"
    return f"https://sns.{region}.amazonaws.com/?{action}"
