"""Hands S3 events to the Lambda endpoint as asynchronous invokes, in the order they happened."""

import json
import logging
import queue
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from local.aws.config import AwsConfig
from local.aws.notifications import ObjectChange, Sequencer, event_for, matching

_logger = logging.getLogger(__name__)
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.5


class Delivery:
    """One background thread, so that a slow function never slows the client's upload."""

    def __init__(self, config: AwsConfig) -> None:
        self._config = config
        self._sequencer = Sequencer()
        self._waiting: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._deliver_all, name="s3-events", daemon=True).start()

    def report(self, change: ObjectChange) -> None:
        """Queues one event per matching trigger."""
        sequencer = self._sequencer.next()
        for trigger in matching(self._config.triggers, change):
            event = event_for(change, trigger, region=self._config.region, sequencer=sequencer)
            self._waiting.put((trigger.function, event))

    def _deliver_all(self) -> None:
        while True:
            self._deliver(*self._waiting.get())

    def _deliver(self, function: str, event: dict[str, Any]) -> None:
        url = f"{self._config.lambda_url}/2015-03-31/functions/{function}/invocations"
        request = urllib.request.Request(  # noqa: S310 - the stack's own address
            url,
            data=json.dumps(event).encode(),
            headers={"X-Amz-Invocation-Type": "Event", "Content-Type": "application/json"},
            method="POST",
        )
        for attempt in range(_ATTEMPTS):
            try:
                urllib.request.urlopen(request, timeout=900).close()  # noqa: S310 # nosec B310 # see above
            except OSError as error:
                reason = error
                time.sleep(_PAUSE_SECONDS * 2**attempt)
            else:
                return
        key = event["Records"][0]["s3"]["object"]["key"]
        _logger.error("S3 event for %s was not delivered to %s: %s", key, function, reason)
