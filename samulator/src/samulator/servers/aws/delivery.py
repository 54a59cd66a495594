"""Hands S3 events to the Lambda endpoint as asynchronous invokes, in the order they happened."""

import asyncio
import atexit
import logging
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from samulator.clock import MACHINE_CLOCK, Clock
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.notifications import ObjectChange, Sequencer, event_for, matching

_logger = logging.getLogger(__name__)
_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
# `sam local start-lambda` answers when the function has ended.
_TIMEOUT = ClientTimeout(total=900)
_STOP_SECONDS = 5.0


@dataclass(frozen=True, eq=False)
class _Delivery:
    """One event for one function. `turn` is set when the event before it of its key was tried."""

    function: str
    event: dict[str, Any]
    turn: asyncio.Event
    was_tried: asyncio.Event = field(default_factory=asyncio.Event)

    def failed(self, reason: str) -> None:
        key = self.event["Records"][0]["s3"]["object"]["key"]
        _logger.error("S3 event for %s was not delivered to %s: %s", key, self.function, reason)


@dataclass(frozen=True)
class _Failure:
    """Why an attempt failed, and whether another may succeed."""

    reason: str
    is_final: bool = False


class Delivery:
    """A thread with an event loop, so that no upload waits and no event waits for another.

    Events of one key have their first attempts in the order of the changes. What is not delivered
    when the process ends is logged.
    """

    def __init__(self, config: AwsConfig, *, clock: Clock = MACHINE_CLOCK) -> None:
        self._config = config
        self._clock = clock
        self._sequencer = Sequencer()
        self._last_of_key: dict[str, asyncio.Event] = {}
        self._waiting: dict[asyncio.Task[None], _Delivery] = {}
        self._loop = asyncio.new_event_loop()
        self._session: ClientSession | None = None
        self._thread = threading.Thread(target=self._work, name="s3-events", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def report(self, change: ObjectChange) -> None:
        """Queues one event per matching trigger."""
        sequencer = self._sequencer.next()
        for trigger in matching(self._config.triggers, change):
            event = event_for(change, trigger, region=self._config.region, sequencer=sequencer)
            key = f"{trigger.function}/{change.bucket}/{change.key}"
            self._loop.call_soon_threadsafe(self._queue, key, trigger.function, event)

    def close(self) -> None:
        """Gives up what is not delivered and logs each."""
        atexit.unregister(self.close)
        asyncio.run_coroutine_threadsafe(self._give_up(), self._loop).result(_STOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_SECONDS)

    def _work(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    async def _give_up(self) -> None:
        given_up = dict(self._waiting)
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)
        for delivery in given_up.values():
            delivery.failed("the stack stopped")
        if self._session is not None:
            await self._session.close()

    def _queue(self, key: str, function: str, event: dict[str, Any]) -> None:
        turn = self._last_of_key.get(key)
        if turn is None:
            turn = asyncio.Event()
            turn.set()
        delivery = _Delivery(function, event, turn)
        self._last_of_key[key] = delivery.was_tried
        task = self._loop.create_task(self._deliver(key, delivery))
        self._waiting[task] = delivery
        task.add_done_callback(self._waiting.pop)

    async def _deliver(self, key: str, delivery: _Delivery) -> None:
        await delivery.turn.wait()
        failure = await self._attempt(delivery)
        delivery.was_tried.set()
        if self._last_of_key[key] is delivery.was_tried:
            del self._last_of_key[key]
        for pause in _PAUSES_SECONDS:
            if failure is None or failure.is_final:
                break
            await self._clock.sleep(pause)
            failure = await self._attempt(delivery)
        if failure is not None:
            delivery.failed(failure.reason)

    async def _attempt(self, delivery: _Delivery) -> _Failure | None:
        if self._session is None:
            self._session = ClientSession(timeout=_TIMEOUT)
        url = f"{self._config.lambda_url}/2015-03-31/functions/{delivery.function}/invocations"
        headers = {"X-Amz-Invocation-Type": "Event"}
        try:
            async with self._session.post(url, json=delivery.event, headers=headers) as answer:
                return _failure(answer.status, await answer.text(errors="replace"))
        except (ClientError, OSError) as error:
            return _Failure(str(error) or type(error).__name__)


def _failure(status: int, text: str) -> _Failure | None:
    if status < HTTPStatus.BAD_REQUEST:
        return None
    may_pass = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    return _Failure(f"the Lambda endpoint answers {status}: {text.strip()}", is_final=not may_pass)
