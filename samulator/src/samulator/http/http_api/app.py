"""The HTTP API as a web application."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from samulator.functions.invocation import Invocation, PayloadTooLarge, Throttled, Trigger
from samulator.http.http_api.cors import allows_origin, answer_preflight, apply_cors
from samulator.http.http_api.event import HttpRequest, build_event, new_request_id
from samulator.http.http_api.response import HttpResponse, MalformedResponse, message, read_response
from samulator.http.http_api.routes import Match, RouteTable
from samulator.http.server.answer import Answer
from samulator.http.server.body import BodyRefused, receive
from samulator.http.server.origin import OriginPolicy, is_local_origin
from samulator.http.server.server import Refusal
from samulator.template.model import Application

BODY_LIMIT = 10 * 1024 * 1024
# "Total combined size of request line and header values", HTTP API quotas.
HEAD_LIMIT = 10_240
# Methods that ask something of the gateway itself, which it does not offer.
_OF_THE_CONNECTION = {"CONNECT", "TRACE"}
_ALLOWED = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"  # RFC 9110: a 405 has to say


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


class HttpInvoker(Protocol):
    """What the gateway needs of the functions; `samulator.functions.host.Invoker` is one."""

    async def invoke(self, name: str, payload: bytes, *, trigger: Trigger) -> Invocation:
        """Run the function and wait for its result; raises PayloadTooLarge and Throttled."""


class Gateway:
    """Answers the routes of an application's HTTP API.

    A page of another origin is let in where the template's CorsConfiguration names that origin:
    nothing else guards the data of this machine, which a deployed API keeps behind credentials.
    """

    def __init__(
        self, application: Application, functions: HttpInvoker, *, observe: Observe | None = None
    ) -> None:
        """Raises TemplateError when two routes are the same."""
        self._routes = RouteTable(application.routes)
        self._cors = application.cors
        self._functions = functions
        self._observe = observe
        self.policy = OriginPolicy(allows_origin=self._allows, links=True)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request and report it."""
        started = time.perf_counter()
        request_id = new_request_id()
        match, response = await self._answer(request, request_id)
        if self._cors is not None and request.method != "OPTIONS":
            apply_cors(self._cors, request.headers.get("Origin"), response)
        self._report(request, response, request_id, (started, match))
        return _to_web(response, request_id, is_head=request.method == "HEAD")

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Answer what reaches no route, as API Gateway words it."""
        request_id = new_request_id()
        response = message(refusal.status, refusal.status.phrase, refusal.problem)
        self._report(request, response, request_id, (time.perf_counter(), None))
        return _to_web(response, request_id, is_head=request.method == "HEAD")

    def _allows(self, origin: str) -> bool:
        allowed = self._cors is not None and allows_origin(self._cors, origin)
        return allowed or is_local_origin(origin)

    def _report(
        self,
        request: web.BaseRequest,
        response: HttpResponse,
        request_id: str,
        course: tuple[float, Match | None],
    ) -> None:
        """`course` is when the request came and the route it took."""
        started, match = course
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

    async def _answer(
        self, request: web.BaseRequest, request_id: str
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
        except BodyRefused as refusal:
            return None, message(refusal.status, refusal.status.phrase, str(refusal))
        match = self._routes.match(received.method, received.path)
        if match is None:
            return None, message(404, "Not Found")
        return match, await self._invoke(received, match, request_id)

    async def _invoke(self, received: HttpRequest, match: Match, request_id: str) -> HttpResponse:
        event = build_event(received, match, request_id)
        payload = json.dumps(event, separators=(",", ":")).encode()
        # Shielded: as on AWS, the function goes on after the gateway has given up.
        running = asyncio.ensure_future(
            self._functions.invoke(match.route.function, payload, trigger=Trigger.HTTP)
        )
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


def _refusal(request: web.BaseRequest) -> HttpResponse | None:
    """The answer to what API Gateway lets nobody's function see."""
    line = f"{request.method} {request.raw_path} HTTP/1.1"
    size = len(line) + sum(len(value) for _, value in request.raw_headers)
    if size > HEAD_LIMIT:
        problem = f"{size} bytes of request line and header values, of at most {HEAD_LIMIT}"
        return message(431, "Request Header Fields Too Large", problem)
    if request.method in _OF_THE_CONNECTION:
        refused = message(405, "Method Not Allowed")
        return replace(refused, headers=[*refused.headers, ("allow", _ALLOWED)])
    return None


async def _receive(request: web.BaseRequest) -> HttpRequest:
    local = request.transport.get_extra_info("sockname") if request.transport else None
    return HttpRequest(
        method=request.method,
        target=_target(request.raw_path),
        headers=[(_text(name), _text(value)) for name, value in request.raw_headers],
        body=await receive(request, BODY_LIMIT),
        client_ip=request.remote or "127.0.0.1",
        port=local[1] if local else 0,
        protocol=f"HTTP/{request.version.major}.{request.version.minor}",
    )


def _target(line: str) -> str:
    """Path and query of the request line's target, which may be a whole URL."""
    if not line.startswith("/"):
        rest = line.partition("://")[2]
        line = rest[len(re.split("[/?#]", rest, maxsplit=1)[0]) :] if rest else line
        line = line if line.startswith("/") else f"/{line}"
    return _text(line.encode("utf-8", errors="surrogateescape")).partition("#")[0]


def _to_web(response: HttpResponse, request_id: str, *, is_head: bool) -> web.Response:
    answer = Answer(status=response.status, body=response.body)
    answer.headers.pop("Content-Type", None)
    for name, value in response.headers:
        answer.headers.add(name, value)
    if is_head and not response.body and response.status != HTTPStatus.NOT_MODIFIED:
        answer.headers["content-length"] = response.declared_length or "0"
    answer.headers["apigw-requestid"] = request_id
    return answer


def _summary(payload: bytes) -> str:
    error = json.loads(payload)
    return f"{error.get('errorType', 'Error')}: {error.get('errorMessage', '')}"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
