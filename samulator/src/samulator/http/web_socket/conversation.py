"""What a client and its API say to each other, from the handshake to the closing frame."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import WebSocketError, WSCloseCode, WSMessage, WSMsgType

from samulator.http.gateway.exchange import Observe
from samulator.http.gateway.place import Place
from samulator.http.web_socket.connected import (
    GOING_AWAY,
    LOST,
    Connected,
    Connections,
    Farewell,
)
from samulator.http.web_socket.event import Happening, disconnecting
from samulator.http.web_socket.integration import Integrations, NotIntegrated
from samulator.http.web_socket.selection import select
from samulator.template.model_web_socket import DEFAULT, DISCONNECT, SocketRoute, WebSocketApi

# Messages of one client that are answered at a time; the next ones wait in its connection.
_AT_A_TIME = 100
_NOT_TEXT = Farewell(WSCloseCode.UNSUPPORTED_DATA, "Binary frames are not supported")
_NO_CODE = Farewell(1005, "Client-side close frame status not set")
_TOO_BIG = "Message too big"


@dataclass(frozen=True)
class Limits:
    """API Gateway's own, in seconds: of a connection in which nothing is said, and of any."""

    idle: float = 600.0
    duration: float = 7200.0


AWS_LIMITS = Limits()


class Conversations:
    """The conversations of one API; `observe` is told of each message and each end."""

    def __init__(
        self,
        api: WebSocketApi,
        connections: Connections,
        integrations: Integrations,
        observe: Observe,
        limits: Limits,
    ) -> None:
        self._api = api
        self._connections = connections
        self._integrations = integrations
        self._observe = observe
        self._limits = limits
        self._messages: set[asyncio.Task[None]] = set()

    async def hold(self, connected: Connected, place: Place) -> None:
        """Answer a client that is let in, until it leaves or has to; then tell $disconnect."""
        leave = self._connections.add(connected)
        try:
            farewell = await self._listen(connected, place)
        finally:
            leave()
        await self.end(connected, place, farewell)

    async def end(self, connected: Connected, place: Place, farewell: Farewell) -> None:
        """Tell $disconnect, if there is one."""
        happening = disconnecting(connected, place)
        route = self._api.route(DISCONNECT)
        if route is not None:
            event = happening.disconnect(farewell)
            await self._carry_out(route, happening, lambda: self._integrate(route, event))

    async def close(self) -> None:
        """Give up what is still being answered."""
        messages = [*self._messages]
        for message in messages:
            message.cancel()
        await asyncio.gather(*messages, return_exceptions=True)

    async def _listen(self, connected: Connected, place: Place) -> Farewell:
        turn = asyncio.Semaphore(_AT_A_TIME)
        while True:
            await turn.acquire()
            received = await self._next(connected)
            if isinstance(received, Farewell):
                return received
            message = asyncio.create_task(self._answer(connected, place, received))
            self._messages.add(message)
            message.add_done_callback(self._messages.discard)
            message.add_done_callback(lambda _message: turn.release())

    async def _next(self, connected: Connected) -> str | Farewell:
        """Return the next message, or how the connection ended."""
        socket = connected.socket
        while True:
            if (seconds := self._left(connected)) <= 0:
                return await _ended(connected, GOING_AWAY)
            try:
                received = await socket.receive(timeout=seconds)
            except TimeoutError:
                continue
            connected.last_active_at = time.time()
            if received.type is WSMsgType.PING:
                await socket.pong(received.data)
            elif received.type is WSMsgType.TEXT:
                return str(received.data)
            elif received.type is WSMsgType.BINARY:
                return await _ended(connected, _NOT_TEXT)
            elif received.type is not WSMsgType.PONG:
                return connected.closing or _farewell(received)

    def _left(self, connected: Connected) -> float:
        """Seconds until the connection has been too long, or too quiet."""
        silent = connected.last_active_at + self._limits.idle
        return min(silent, connected.connected_at + self._limits.duration) - time.time()

    async def _answer(self, connected: Connected, place: Place, body: str) -> None:
        """Carry out the route of a message; what nobody waits for is not sent back."""
        route, key = self._route(body)
        happening = Happening(connected, place, key)
        if route is None:
            problem = "no route takes the message"
            self._observe(happening.exchange(HTTPStatus.FORBIDDEN, None, problem))
            await _tell(connected, json.dumps(happening.refusal("Forbidden")))
            return
        event = happening.message(body)

        async def integrate() -> int:
            outcome = await self._integrations.carry_out(route.integration, event)
            if route.answers and outcome.text:
                await _tell(connected, outcome.text)
            return outcome.status

        told = await self._carry_out(route, happening, integrate)
        if told is not None:
            await _tell(connected, json.dumps(happening.refusal(told)))

    def _route(self, body: str) -> tuple[SocketRoute | None, str]:
        """The route that the message selects, else $default; those of API Gateway are no choice."""
        selected = select(self._api.selection, body)
        if selected is not None and not selected.startswith("$"):
            found = self._api.route(selected)
            if found is not None:
                return found, selected
        return self._api.route(DEFAULT), DEFAULT

    async def _integrate(self, route: SocketRoute, event: dict[str, object]) -> int:
        return (await self._integrations.carry_out(route.integration, event)).status

    async def _carry_out(
        self, route: SocketRoute, happening: Happening, work: Callable[[], Awaitable[int]]
    ) -> str | None:
        """Report what came of it; return what the client is told where nothing did."""
        told = problem = None
        try:
            status = await work()
        except NotIntegrated as error:
            status, told, problem = error.status, error.told, str(error)
        self._observe(happening.exchange(status, route.function, problem))
        return told


async def _ended(connected: Connected, farewell: Farewell) -> Farewell:
    await connected.close(farewell)
    return connected.closing or farewell


async def _tell(connected: Connected, text: str) -> None:
    """Send to a client that may have left meanwhile, which its $disconnect says."""
    if not connected.socket.closed:
        try:
            await connected.send(text)
        except ConnectionError:
            return


def _farewell(received: WSMessage) -> Farewell:
    """How a client left that was not sent away."""
    if received.type is WSMsgType.CLOSE:
        return Farewell(received.data, received.extra or "") if received.data else _NO_CODE
    if received.type is WSMsgType.ERROR and isinstance(received.data, WebSocketError):
        code, reason = received.data.code, str(received.data.args[1])
        return Farewell(code, _TOO_BIG if code == WSCloseCode.MESSAGE_TOO_BIG else reason)
    return LOST
