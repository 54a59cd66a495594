"""Firehose on this machine: its HTTP endpoints are asked where API destinations may be.

moto posts records to any host, with all that they say.
"""

import logging
import uuid
from typing import Any

from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations

_logger = logging.getLogger(__name__)


def keep_records_here(destinations: ApiDestinations) -> None:
    """Change moto's Firehose. A record that goes nowhere is taken all the same, as on AWS."""
    from moto.firehose.models import FirehoseBackend

    post = FirehoseBackend.put_http_records

    def put_http_records(
        destination: dict[str, Any], records: list[dict[str, bytes]]
    ) -> list[dict[str, str]]:
        url = str(destination["EndpointConfiguration"]["Url"])
        try:
            destinations.check(url)
            answer: list[dict[str, str]] = post(destination, records)
        except (RuntimeError, ValueError) as error:
            _logger.error("%d records for %s are not delivered: %s", len(records), url, error)
            return [{"RecordId": str(uuid.uuid4())} for _ in records]
        return answer

    FirehoseBackend.put_http_records = staticmethod(put_http_records)  # type: ignore[method-assign, assignment]
