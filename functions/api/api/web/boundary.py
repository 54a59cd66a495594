"""The outermost ASGI layer: request ids, HEAD, trailing slashes, the last resort, one log line."""

import re
import time
import uuid
from typing import Any

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observability import describe, emit, get_logger, log_request
from api.tracing import Fields, span
from api.web.problems import MAX_BODY, internal_error, too_large

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestBoundary:
    """Wraps the application so that nothing but an HTTP answer ever leaves it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        with span("request") as told:
            await self._answer(scope, receive, answer)
            told |= answer.span_fields()
        answer.report()

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        inner = _plain_scope(scope, answer.request_id)
        try:
            if _declared_length(scope) > MAX_BODY:
                await too_large(answer.request_id)(scope, receive, answer.send)
            else:
                await self._app(inner, _limited(receive), answer.send)
        except Exception as error:  # noqa: BLE001 - the last resort: log, answer, go on
            get_logger().error("unhandled error", extra=answer.identity() | describe(error))
            if answer.status == 0:
                await internal_error(answer.request_id)(scope, receive, answer.send)


class _Answer:
    """Sends an answer on, adding what every answer has, and remembers what to report."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = _request_id(scope)
        self.status = 0
        self._scope = scope
        self._send = send
        self._is_head = scope["method"] == "HEAD"
        self._started = time.perf_counter()
        self._cache = ""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message["headers"])
            self._cache = dict(headers).get(b"x-cache", b"").decode("latin-1")
            headers += [
                (b"x-request-id", self.request_id.encode()),
                (b"x-content-type-options", b"nosniff"),
            ]
            message = {**message, "headers": headers}
        elif self._is_head:
            message = {**message, "body": b""}
        await self._send(message)

    def identity(self) -> dict[str, Any]:
        """Names the request by its route, never by its path: that holds an email."""
        context = self._scope.get("aws.context")
        return {
            "request_id": self.request_id,
            "function_request_id": getattr(context, "aws_request_id", None),
            "method": self._scope["method"],
            "route": self._route(),
        }

    def span_fields(self) -> Fields:
        """The request as X-Ray has it; names there hold no braces, so {email} is :email."""
        return {
            "name": self._route().replace("{", ":").replace("}", ""),
            "http": {"response": {"status": self.status}},
            "annotations": {"request_id": self.request_id},
            "error": 400 <= self.status < 500,
            "fault": self.status >= 500,
        }

    def report(self) -> None:
        milliseconds = round((time.perf_counter() - self._started) * 1000, 2)
        state = self._scope.get("state", {})
        degraded = state.get("degraded", False)
        log_request(
            self.identity(),
            {"status": self.status, "milliseconds": milliseconds}
            | ({"cache": self._cache} if self._cache else {})
            | ({"degraded": True} if degraded else {})
            | state.get("failure", {}),
        )
        metrics: dict[str, float] = {"Requests": 1, "LatencyMilliseconds": milliseconds}
        if self._cache:
            metrics[f"Cache{self._cache.capitalize()}"] = 1
        if degraded:
            metrics["DegradedSearches"] = 1
        emit(metrics, {"route": self._route(), "outcome": f"{self.status // 100}xx"})

    def _route(self) -> str:
        state = self._scope.get("state", {})
        return f"{self._scope['method']} {state.get('route', 'unmatched')}"


def _request_id(scope: Scope) -> str:
    """The caller's id if it is harmless, else the gateway's, else a new one."""
    given: bytes = dict(scope["headers"]).get(b"x-request-id", b"")
    if _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    gateway = (scope.get("aws.event") or {}).get("requestContext", {}).get("requestId")
    if isinstance(gateway, str) and _REQUEST_ID.fullmatch(gateway.encode("utf-8", "replace")):
        return gateway
    return str(uuid.uuid4())


def _declared_length(scope: Scope) -> int:
    given: bytes = dict(scope["headers"]).get(b"content-length", b"")
    return int(given) if given.isdigit() and len(given) < 20 else 0


def _limited(receive: Receive) -> Receive:
    """Counts what a body really holds, whatever its header says."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise HTTPException(413)
        return message

    return counted


def _plain_scope(scope: Scope, request_id: str) -> Scope:
    """HEAD is answered as GET; `/users/` is `/users`."""
    state = scope.setdefault("state", {})
    state["request_id"] = request_id
    path = scope["path"]
    return {
        **scope,
        "method": "GET" if scope["method"] == "HEAD" else scope["method"],
        "path": path[:-1] if len(path) > 1 and path.endswith("/") else path,
    }
