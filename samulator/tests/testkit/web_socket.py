"""Talks with a WebSocket API on a loop of the test's own, with functions of the test behind it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from samulator.http.gateway.exchange import Exchange
from samulator.http.gateway.invoking import HttpInvoker
from samulator.http.server.server import bound_port, serve
from samulator.http.services.local_services import LocalServices
from samulator.http.web_socket.conversation import AWS_LIMITS, Limits
from samulator.http.web_socket.door import Options, WebSocketDoor
from samulator.template.model_web_socket import WebSocketApi

# Says only that something hangs.
_SECONDS = 30
Socket = aiohttp.ClientWebSocketResponse


@dataclass
class SocketServed:
    """What answers at ws://`place` and http://`place`, and the exchanges that it reported."""

    place: str
    door: WebSocketDoor
    client: aiohttp.ClientSession
    exchanges: list[Exchange] = field(default_factory=list)

    async def connect(self, path: str = "/prod", **options: Any) -> Socket:
        return await self.client.ws_connect(f"ws://{self.place}{path}", **options)

    async def refused(self, path: str = "/prod", **options: Any) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer to a handshake that is refused."""
        handshake = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        headers = {**handshake, **options.pop("headers", {})}
        return await self.ask("GET", path, headers=headers, **options)

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        url = f"http://{self.place}{path}"
        async with self.client.request(method, url, **options) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None


def talk(
    api: WebSocketApi,
    functions: HttpInvoker,
    conversation: Callable[[SocketServed], Awaitable[None]],
    *,
    limits: Limits = AWS_LIMITS,
    services: LocalServices | None = None,
) -> None:
    """Serve the API for as long as the conversation takes."""

    async def run() -> None:
        async with asyncio.timeout(_SECONDS), _serving(api, functions, limits, services) as served:
            await conversation(served)

    asyncio.run(run())


@asynccontextmanager
async def _serving(
    api: WebSocketApi, functions: HttpInvoker, limits: Limits, services: LocalServices | None
) -> AsyncIterator[SocketServed]:
    exchanges: list[Exchange] = []
    options = Options(services, exchanges.append, limits)
    door = WebSocketDoor(api, functions, options, region="us-east-1")
    runner = await serve(door, "127.0.0.1", 0)
    try:
        async with aiohttp.ClientSession() as client:
            yield SocketServed(f"127.0.0.1:{bound_port(runner)}", door, client, exchanges)
        await door.close()
    finally:
        await runner.cleanup()


async def closed(socket: Socket) -> tuple[int | None, str | None]:
    """Code and reason of the server's closing frame, whatever it said before."""
    while True:
        message = await socket.receive(timeout=_SECONDS)
        if message.type is aiohttp.WSMsgType.CLOSE:
            return message.data, message.extra
        if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
            return socket.close_code, None


async def until(condition: Callable[[], object]) -> None:
    """Return once something is so that must become so."""
    while not condition():
        await asyncio.sleep(0.005)
