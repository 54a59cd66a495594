"""Firehose on this machine: its HTTP endpoints are asked where API destinations may be.

moto posts records to any host, and to whatever that leads to, with all that they say.
https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
"""

import base64
import json
import logging
import time
import uuid
from http import HTTPStatus
from typing import Any

from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.http_call import call

_logger = logging.getLogger(__name__)
# As long as Firehose waits, at least.
_SECONDS = 180


def keep_records_here(destinations: ApiDestinations) -> None:
    """Change moto's Firehose. A record that goes nowhere is taken all the same, as on AWS."""
    from moto.firehose.models import FirehoseBackend

    def put_http_records(
        destination: dict[str, Any], records: list[dict[str, bytes]]
    ) -> list[dict[str, str]]:
        endpoint = destination["EndpointConfiguration"]
        try:
            destinations.check(str(endpoint["Url"]))
            post_records(endpoint, [each["Data"] for each in records])
        except (OSError, ValueError) as error:
            where = endpoint["Url"]
            _logger.error("%d records for %s are not delivered: %s", len(records), where, error)
        return [{"RecordId": str(uuid.uuid4())} for _ in records]

    FirehoseBackend.put_http_records = staticmethod(put_http_records)  # type: ignore[method-assign, assignment]


def post_records(endpoint: dict[str, Any], records: list[bytes]) -> None:
    """Raises OSError, and ValueError for an answer that takes nothing."""
    request_id = str(uuid.uuid4())
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Firehose-Protocol-Version": "1.0",
        "X-Amz-Firehose-Request-Id": request_id,
    }
    if key := endpoint.get("AccessKey"):
        headers["X-Amz-Firehose-Access-Key"] = str(key)
    document = {
        "requestId": request_id,
        "timestamp": int(time.time() * 1000),
        "records": [{"data": base64.b64encode(each).decode()} for each in records],
    }
    body = json.dumps(document).encode()
    status = call("POST", str(endpoint["Url"]), headers, body, seconds=_SECONDS).status_code
    if status != HTTPStatus.OK:
        raise ValueError(f"it answers {status}")
