"""One WebSocket API on its port: handshakes, conversations, and @connections beside them."""

import asyncio
import json
import logging
import time
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import hdrs, web

from samulator.http.authorizers.lambda_authorizer import LambdaAuthorizers
from samulator.http.gateway.exchange import Exchange, Observe
from samulator.http.gateway.invoking import HttpInvoker
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HttpRequest, receive_request, target_of
from samulator.http.server.answer import Answer
from samulator.http.server.body import BodyRefused
from samulator.http.server.frames import MESSAGE_LIMIT
from samulator.http.server.origin import OriginPolicy
from samulator.http.server.server import Refusal
from samulator.http.services.local_services import LocalServices
from samulator.http.web_socket.connected import GOING_AWAY, LOST, Connected, Connections, new_id
from samulator.http.web_socket.conversation import AWS_LIMITS, Conversations, Limits
from samulator.http.web_socket.event import connecting
from samulator.http.web_socket.handshake import Handshake, Refused
from samulator.http.web_socket.integration import Integrations
from samulator.http.web_socket.management import Management
from samulator.template.model_web_socket import WebSocketApi, stage_path

# For a client's own closing frame, and for $disconnect when the stack stops.
_CLOSING_SECONDS = 2.0
_STOPPING_SECONDS = 5.0
# A client may offer protocols of which $connect chooses none: that is no fault of anybody's.
logging.getLogger("aiohttp.websocket").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Options:
    """What a door can do without: `services` are those that APIs ask without a function."""

    services: LocalServices | None = None
    observe: Observe = lambda _exchange: None
    limits: Limits = AWS_LIMITS


class WebSocketDoor:
    """The web interface of one API, each of its stages below the stage's name.

    Pages of this machine get in, and programs: a page of another origin does not, for nothing else
    guards what is here.
    """

    def __init__(
        self, api: WebSocketApi, functions: HttpInvoker, options: Options, *, region: str
    ) -> None:
        self.policy = OriginPolicy()
        self._observe = options.observe
        self._places = {
            stage_path(stage): Place(api.id, stage, variables, region)
            for stage, variables in api.stages.items()
        }
        self._connections = Connections()
        self._management = Management(self._connections)
        integrations = Integrations(functions, options.services)
        self._handshake = Handshake(api, LambdaAuthorizers(functions), integrations)
        self._conversations = Conversations(
            api, self._connections, integrations, options.observe, options.limits
        )
        self._held: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Let a client in and talk with it until it leaves, or answer a call of @connections."""
        path = target_of(request.raw_path).partition("?")[0]
        if self._management.serves(path):
            return await self.manage(request, path)
        place = self._places.get(unquote(path).rstrip("/") or "/")
        if place is None:
            stages = ", ".join(self._places)
            return self._turn_away(request, HTTPStatus.FORBIDDEN, f"stages are at {stages}")
        if request.headers.get(hdrs.UPGRADE, "").strip().lower() != "websocket":
            problem = "a WebSocket is spoken here"
            answer = self._turn_away(request, HTTPStatus.UPGRADE_REQUIRED, problem)
            answer.headers[hdrs.UPGRADE] = "websocket"
            return answer
        if not web.WebSocketResponse().can_prepare(request):
            return self._turn_away(request, HTTPStatus.BAD_REQUEST, "no handshake of a WebSocket")
        try:
            return await self._connect(request, await receive_request(request, 0), place)
        except BodyRefused as refusal:
            return self._turn_away(request, refusal.status, str(refusal))

    async def manage(self, request: web.BaseRequest, path: str) -> web.Response:
        """Answer a call of @connections, at the path below this port."""
        begin = time.perf_counter()
        answer = await self._management.answer(request, path)
        took, request_id = (time.perf_counter() - begin) * 1000, new_id()
        answer.headers["x-amzn-RequestId"] = request_id
        path = unquote(path)
        self._observe(Exchange(request.method, path, answer.status, took, None, request_id))
        return answer

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Answer what is malformed or forbidden."""
        return self._turn_away(request, refusal.status, refusal.problem)

    async def close(self) -> None:
        """Send all clients away, and let $disconnect know of each for some seconds."""
        self._is_closing = True
        await asyncio.gather(*(each.close(GOING_AWAY) for each in self._connections))
        if self._held:
            _, late = await asyncio.wait(self._held, timeout=_STOPPING_SECONDS)
            for task in late:
                task.cancel()
        await self._conversations.close()

    async def _connect(
        self, request: web.BaseRequest, received: HttpRequest, place: Place
    ) -> web.StreamResponse:
        host, agent = received.header("host") or "", received.header("user-agent")
        connected = Connected(place.stage, host, received.client_ip, agent)
        happening = connecting(connected, place)
        function = self._handshake.function
        try:
            outcome = await self._handshake.decide(received, happening)
            if self._is_closing:
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Going away")
        except Refused as refused:
            self._observe(happening.exchange(refused.status, function, str(refused)))
            return _json(happening.refusal(refused.told), refused.status)
        connected.socket = _socket(outcome.protocol)
        self._observe(happening.exchange(HTTPStatus.SWITCHING_PROTOCOLS, function))
        try:
            await connected.socket.prepare(request)
        except ConnectionError:
            # It left while $connect decided, which $disconnect has to know.
            await self._conversations.end(connected, place, LOST)
            return _json(happening.refusal("Gone"), HTTPStatus.GONE)
        # A task of its own: the server ends with its connections, and not before $disconnect.
        held = asyncio.create_task(self._conversations.hold(connected, place))
        self._held.add(held)
        held.add_done_callback(self._held.discard)
        await asyncio.shield(held)
        return connected.socket

    def _turn_away(self, request: web.BaseRequest, status: HTTPStatus, problem: str) -> Answer:
        request_id = new_id()
        told = {"message": status.phrase, "requestId": request_id}
        path = request.raw_path
        self._observe(Exchange(request.method, path, status, 0.0, None, request_id, problem))
        return _json(told, status)


class _Socket(web.WebSocketResponse):
    """A WebSocket that does not name the library which speaks it."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.pop(hdrs.SERVER, None)


def _socket(protocol: str | None) -> web.WebSocketResponse:
    """API Gateway compresses nothing; pings are answered where they are counted."""
    return _Socket(
        timeout=_CLOSING_SECONDS,
        autoping=False,
        protocols=(protocol,) if protocol else (),
        compress=False,
        # The library takes what is below it.
        max_msg_size=MESSAGE_LIMIT + 1,
    )


def _json(document: object, status: int) -> Answer:
    """The last answer on its connection: what follows a refused handshake is no request."""
    answer = Answer(
        status=status, body=json.dumps(document).encode(), content_type="application/json"
    )
    answer.force_close()
    return answer
