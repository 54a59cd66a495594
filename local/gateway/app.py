"""The HTTP API as a web application."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from local.caller import is_local_host
from local.gateway.cors import answer_preflight, apply_cors
from local.gateway.event import HttpRequest, build_event, new_request_id
from local.gateway.response import HttpResponse, MalformedResponse, message, read_response
from local.gateway.routes import Match, RouteTable
from local.runtime.functions import Functions
from local.runtime.invocation import PayloadTooLarge, Throttled
from local.template.model import Application

BODY_LIMIT = 10 * 1024 * 1024
# "Total combined size of request line and header values", HTTP API quotas.
HEAD_LIMIT = 10_240


@dataclass(frozen=True)
class Exchange:
    """One answered HTTP request. `function` is None when none was asked.

    `problem` says in words what a 5xx of the gateway itself hides.
    """

    method: str
    path: str
    status: int
    duration_ms: float
    function: str | None
    request_id: str
    problem: str | None = None


Observe = Callable[[Exchange], None]


def create_gateway(
    application: Application, functions: Functions, *, observe: Observe | None = None
) -> web.Application:
    """Return the application that answers the routes of `application`'s HTTP API.

    Raises TemplateError when two routes are the same.
    """
    gateway = _Gateway(application, functions, observe)
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_route("*", "/{path:.*}", gateway.handle)
    app.on_response_prepare.append(_hide_server)
    return app


class _Gateway:
    def __init__(
        self, application: Application, functions: Functions, observe: Observe | None
    ) -> None:
        self._routes = RouteTable(application.routes)
        self._cors = application.cors
        self._functions = functions
        self._observe = observe

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request and report it."""
        started = time.perf_counter()
        request_id = new_request_id()
        match, response = await self._answer(request, request_id)
        if self._cors is not None and request.method != "OPTIONS":
            apply_cors(self._cors, request.headers.get("Origin"), response)
        if self._observe is not None:
            exchange = Exchange(
                method=request.method,
                path=request.raw_path,
                status=response.status,
                duration_ms=(time.perf_counter() - started) * 1000,
                function=match.route.function if match else None,
                request_id=request_id,
                problem=response.problem,
            )
            self._observe(exchange)
        return _to_web(response, request_id, is_head=request.method == "HEAD")

    async def _answer(
        self, request: web.Request, request_id: str
    ) -> tuple[Match | None, HttpResponse]:
        refused = _refusal(request)
        if refused is not None:
            return None, refused
        if self._cors is not None:
            headers = {name.lower(): value for name, value in request.headers.items()}
            preflight = answer_preflight(self._cors, request.method, headers)
            if preflight is not None:
                return None, preflight
        try:
            received = await _receive(request)
        except web.HTTPRequestEntityTooLarge:
            return None, message(413, "Request Entity Too Large")
        match = self._routes.match(received.method, received.path)
        if match is None:
            return None, message(404, "Not Found")
        return match, await self._invoke(received, match, request_id)

    async def _invoke(self, received: HttpRequest, match: Match, request_id: str) -> HttpResponse:
        event = build_event(received, match, request_id)
        payload = json.dumps(event, separators=(",", ":")).encode()
        # Shielded: as on AWS, the function goes on after the gateway has given up.
        running = asyncio.ensure_future(self._functions.invoke(match.route.function, payload))
        try:
            async with asyncio.timeout(match.route.timeout):
                invocation = await asyncio.shield(running)
        except TimeoutError:
            seconds = f"{match.route.timeout:g} s"
            return message(503, "Service Unavailable", f"no answer within {seconds}")
        except PayloadTooLarge as error:
            return message(413, "Request Entity Too Large", str(error))
        except Throttled as error:
            return message(503, "Service Unavailable", str(error))
        if invocation.function_error is not None:
            return message(500, "Internal Server Error", _summary(invocation.payload))
        try:
            return read_response(invocation.payload)
        except MalformedResponse as error:
            return message(500, "Internal Server Error", str(error))


def _refusal(request: web.Request) -> HttpResponse | None:
    """The answer to what API Gateway lets nobody's function see."""
    host = request.headers.get("Host", "")
    if not is_local_host(host):
        return message(403, "Forbidden", f"Host {host} is not a name of this machine")
    line = f"{request.method} {request.raw_path} HTTP/1.1"
    size = len(line) + sum(len(value) for _, value in request.raw_headers)
    if size > HEAD_LIMIT:
        problem = f"{size} bytes of request line and header values, of at most {HEAD_LIMIT}"
        return message(431, "Request Header Fields Too Large", problem)
    return None


async def _receive(request: web.Request) -> HttpRequest:
    target = request.raw_path
    if not target.startswith("/"):
        target = request.rel_url.raw_path_qs
    local = request.transport.get_extra_info("sockname") if request.transport else None
    return HttpRequest(
        method=request.method,
        target=target,
        headers=[(_text(name), _text(value)) for name, value in request.raw_headers],
        body=await request.read(),
        client_ip=request.remote or "127.0.0.1",
        port=local[1] if local else 0,
        protocol=f"HTTP/{request.version.major}.{request.version.minor}",
    )


def _to_web(response: HttpResponse, request_id: str, *, is_head: bool) -> web.Response:
    answer = web.Response(status=response.status, body=response.body)
    answer.headers.pop("Content-Type", None)
    for name, value in response.headers:
        answer.headers.add(name, value)
    if is_head and not response.body and response.status != HTTPStatus.NOT_MODIFIED:
        answer.headers["content-length"] = response.declared_length or "0"
    answer.headers["apigw-requestid"] = request_id
    return answer


async def _hide_server(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)


def _summary(payload: bytes) -> str:
    error = json.loads(payload)
    return f"{error.get('errorType', 'Error')}: {error.get('errorMessage', '')}"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
