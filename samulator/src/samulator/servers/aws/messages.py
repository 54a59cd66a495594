"""Sends text to a queue or a topic of this process by its ARN."""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.sqs.models import sqs_backends
from werkzeug.exceptions import HTTPException

_logger = logging.getLogger(__name__)
# What moto's services raise; the second is of those that answer JSON.
AWS_ERRORS = (ServiceException, HTTPException)


def code_of(error: Exception) -> str:
    """AWS's name for an error of one of its services."""
    return str(getattr(error, "error_type", "") or getattr(error, "code", ""))


def send_to_queue(
    arn: str,
    text: str,
    *,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    group: str | None = None,
    deduplication: str | None = None,
) -> None:
    """Raises one of AWS_ERRORS. A FIFO queue gets the hash of the text where it has no other id."""
    _, _, _, region, account, name = arn.split(":", 5)
    if group is not None and deduplication is None and name.endswith(".fifo"):
        deduplication = hashlib.sha256(text.encode(errors="replace")).hexdigest()
    sqs_backends[account][region].send_message(
        name,
        text,
        message_attributes=dict(attributes or {}),
        group_id=group,
        deduplication_id=deduplication,
        validate_group_id=False,
    )


def publish_to_topic(arn: str, text: str, subject: str | None = None) -> None:
    """Raises one of AWS_ERRORS."""
    from moto.sns.models import sns_backends

    _, _, _, region, account, _ = arn.split(":", 5)
    sns_backends[account][region].publish(arn=arn, message=text, subject=subject)


def bury(arn: str | None, text: str, attributes: Mapping[str, str | int], lost: str) -> None:
    """Sends what was not delivered to a dead-letter queue; logs `lost` where there is none."""
    if arn is None:
        _logger.error("%s", lost)
        return
    typed = {name: _attribute(value) for name, value in attributes.items()}
    try:
        send_to_queue(arn, text, attributes=typed)
    except AWS_ERRORS as error:
        _logger.error("%s; and its dead-letter queue %s: %s", lost, arn, error)


def _attribute(value: Any) -> dict[str, str]:  # noqa: ANN401 - text or a number
    kind = "Number" if isinstance(value, int) else "String"
    return {"DataType": kind, "StringValue": str(value)}
