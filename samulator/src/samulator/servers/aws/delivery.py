"""Hands events to the Lambda endpoint as asynchronous invokes, in the order they happened."""

import asyncio
import atexit
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from samulator.clock import MACHINE_CLOCK, Clock

if TYPE_CHECKING:
    from aiohttp import ClientSession

_logger = logging.getLogger(__name__)
_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
# `sam local start-lambda` answers when the function has ended.
_TIMEOUT_SECONDS = 900
_STOP_SECONDS = 5.0
_WAITING_SECONDS = 0.2
_LAMBDA = "the Lambda endpoint"


@dataclass(frozen=True)
class Refusal:
    """Why an event was not taken, after how many retries, and whether another might have helped.

    `code` is Lambda's name for the error; `is_stop` says that the process ends.
    """

    reason: str
    code: str = ""
    is_final: bool = False
    retries: int = 0
    is_stop: bool = False


@dataclass(frozen=True)
class HttpRequest:
    """A request but for its body. `is_door` is whether it is one of this stack's own doors."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    is_door: bool = False


@dataclass(frozen=True, eq=False)
class Event:
    """A payload for one function, by its name or ARN; `title` is what messages call it.

    Events of one `order` have their first attempts in the order of `put`. `on_refused` is told of
    an event that was not taken, also where the process ends; without it, that is logged.
    `trace` is X-Amzn-Trace-Id of its cause. With a `request` the payload is its body, and
    `function` is what is asked.
    """

    function: str
    payload: bytes
    title: str
    order: str | None = None
    most_retries: int = len(_PAUSES_SECONDS)
    on_refused: Callable[[Refusal], None] | None = None
    on_taken: Callable[[], None] | None = None
    trace: str | None = None
    request: HttpRequest | None = None

    def refused(self, refusal: Refusal) -> None:
        if self.on_refused is not None:
            self.on_refused(refusal)
        else:
            self.say(refusal)

    def taken(self) -> None:
        if self.on_taken is not None:
            self.on_taken()

    def say(self, refusal: Refusal) -> None:
        """Log that it was not taken."""
        name = self.function.rsplit(":function:", 1)[-1]
        _logger.error("%s was not delivered to %s: %s", self.title, name, refusal.reason)


@dataclass(frozen=True, eq=False)
class _Turn:
    """`before` is set when the event before this one of its order was tried."""

    before: asyncio.Event
    was_tried: asyncio.Event = field(default_factory=asyncio.Event)


class Delivery:
    """A thread with an event loop, so that no request waits and no event waits for another.

    An event waits for as long as the endpoint takes no connections, which it does not before the
    functions are built: on Lambda they are there before anything can happen. What is not delivered
    when the process ends is refused for that reason.
    """

    def __init__(self, lambda_url: str, *, clock: Clock = MACHINE_CLOCK) -> None:
        self._lambda_url = lambda_url
        self._clock = clock
        self._last_tried: dict[str, asyncio.Event] = {}
        self._waiting: dict[asyncio.Task[None], Event] = {}
        self._loop = asyncio.new_event_loop()
        self._session: ClientSession | None = None
        self._thread = threading.Thread(target=self._work, name="events", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def put(self, event: Event) -> None:
        """Queues the event; from any thread."""
        self._loop.call_soon_threadsafe(self._queue, event)

    def close(self) -> None:
        """Gives up what is not delivered and says so of each."""
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
        for event in given_up.values():
            event.refused(Refusal("the stack stopped", is_stop=True))
        if self._session is not None:
            await self._session.close()

    def _queue(self, event: Event) -> None:
        before = self._last_tried.get(event.order) if event.order is not None else None
        if before is None:
            before = asyncio.Event()
            before.set()
        turn = _Turn(before)
        if event.order is not None:
            self._last_tried[event.order] = turn.was_tried
        task = self._loop.create_task(self._deliver(event, turn))
        self._waiting[task] = event
        task.add_done_callback(self._waiting.pop)

    async def _deliver(self, event: Event, turn: _Turn) -> None:
        await turn.before.wait()
        refusal = await self._attempt(event)
        turn.was_tried.set()
        if event.order is not None and self._last_tried[event.order] is turn.was_tried:
            del self._last_tried[event.order]
        retries = 0
        for pause in _PAUSES_SECONDS[: event.most_retries]:
            if refusal is None or refusal.is_final:
                break
            await self._clock.sleep(pause)
            refusal = await self._attempt(event)
            retries += 1
        if refusal is None:
            event.taken()
        else:
            event.refused(replace(refusal, retries=retries))

    async def _attempt(self, event: Event) -> Refusal | None:
        from aiohttp import ClientConnectorError, ClientError

        while True:
            try:
                return await self._post(event)
            except ClientConnectorError as error:
                if event.request is not None and not event.request.is_door:
                    return Refusal(str(error))
                await self._clock.sleep(_WAITING_SECONDS)
            except (ClientError, OSError) as error:
                return Refusal(str(error) or type(error).__name__)

    async def _post(self, event: Event) -> Refusal | None:
        """Raises aiohttp.ClientError and OSError."""
        # Only the first event waits for this import, and no start.
        from aiohttp import ClientSession, ClientTimeout

        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=_TIMEOUT_SECONDS))
        asked = event.request or self._invoke(event)
        async with self._session.request(
            asked.method,
            asked.url,
            data=event.payload,
            headers=asked.headers,
            # To a place that nobody permitted, with the keys of this one.
            allow_redirects=False,
        ) as answer:
            code = answer.headers.get("X-Amzn-Errortype", "")
            who = _LAMBDA if event.request is None else asked.url
            return _refusal(who, answer.status, code, await answer.text(errors="replace"))

    def _invoke(self, event: Event) -> HttpRequest:
        function = quote(event.function, safe=":")
        url = f"{self._lambda_url}/2015-03-31/functions/{function}/invocations"
        headers = {"X-Amz-Invocation-Type": "Event", "Content-Type": "application/json"}
        if event.trace is not None:
            headers["X-Amzn-Trace-Id"] = event.trace
        return HttpRequest("POST", url, headers)


def _refusal(who: str, status: int, code: str, text: str) -> Refusal | None:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status < HTTPStatus.BAD_REQUEST:
        return Refusal(f"{who} answers {status}, which is not followed", code, is_final=True)
    may_pass = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    return Refusal(f"{who} answers {status}: {text.strip()}", code, is_final=not may_pass)
