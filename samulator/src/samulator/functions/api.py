"""Lambda's Runtime API for one worker, on a loopback port of its own.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from samulator.functions.failure import RESPONSE_LIMIT, Outcome, response_too_large
from samulator.http.server.origin import OriginPolicy
from samulator.http.server.server import HttpServer, Refusal

_PREFIX = "/2018-06-01/runtime/"
# awslambdaric sends the cause of an exception, message and all, as one header of up to 1 MiB.
_LONGEST_HEADER = 2 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """One invocation as the worker gets it; `deadline_ms` is in milliseconds since the epoch."""

    request_id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_id: str
    client_context: str | None = None


class NotHandedOver(Exception):
    """The worker was gone before it had the request, which another may run."""


class RuntimeApi:
    """Serves one worker: hands it requests and takes its results.

    `on_next` is called whenever the worker asks for work, `on_init_error` with what it reports
    when its handler cannot be imported. `is_there` says whether the worker can take a request.
    """

    def __init__(
        self,
        *,
        on_next: Callable[[], None],
        on_init_error: Callable[[Outcome], None],
        is_there: Callable[[], bool],
    ) -> None:
        self._is_there = is_there
        self._is_handed_over = False
        self._on_next = on_next
        self._on_init_error = on_init_error
        self._inbox: asyncio.Queue[Request | None] = asyncio.Queue()
        self._current: Request | None = None
        self._result: asyncio.Future[Outcome] | None = None
        self._server: asyncio.Server | None = None
        # Workers have a place whoever else is there.
        self._http = HttpServer(self, seats=None, max_field_size=_LONGEST_HEADER)
        self.policy = OriginPolicy(browsers=False)

    async def start(self) -> str:
        """Listen; returns host:port as AWS_LAMBDA_RUNTIME_API has it, the only Host taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._http, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.policy = OriginPolicy(host=f"{host}:{port}", browsers=False)
        return f"{host}:{port}"

    def submit(self, request: Request) -> "asyncio.Future[Outcome]":
        """Hand `request` to the worker, which must have asked for work.

        The result raises NotHandedOver.
        """
        self._is_handed_over = False
        self._result = asyncio.get_running_loop().create_future()
        self._current = request
        self._inbox.put_nowait(request)
        return self._result

    @property
    def is_busy(self) -> bool:
        """Whether a request has been handed out and its result not come back."""
        return self._current is not None

    def abandon(self, answer: Callable[[str], Outcome]) -> None:
        """Answer the request in flight, if any: the worker is gone."""
        if self._current is None:
            return
        if self._is_handed_over:
            self._finish(answer(self._current.request_id))
        else:
            self._keep_back()

    async def close(self) -> None:
        """Stop listening and drop the worker's connections."""
        if self._server is not None:
            self._server.close()
        self._inbox.put_nowait(None)
        await self._http.shutdown(timeout=1)

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Answer somebody who is not the worker, or who speaks no HTTP."""
        name = "".join(word.capitalize() for word in refusal.status.phrase.split())
        return _refusal(refusal.status, name, f"{request.method}: {refusal.problem}")

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request of the worker."""
        path = request.path.removeprefix(_PREFIX)
        if path == "invocation/next":
            return await self._next()
        if path == "init/error":
            return await self._init_error(request)
        known: dict[str, Callable[[web.BaseRequest], Awaitable[web.Response]]] = {
            "response": self._response,
            "error": self._error,
        }
        kind, request_id, action = ("", "", "") if path.count("/") != 2 else path.split("/")
        if kind != "invocation" or action not in known:
            return _refusal(404, "UnknownPath", request.path)
        if self._current is None or request_id != self._current.request_id:
            return _refusal(400, "InvalidRequestID", f"{request_id} is not the current request")
        return await known[action](request)

    async def _next(self) -> web.Response:
        self._on_next()
        request = await self._inbox.get()
        if request is None:
            return _refusal(503, "Closed", "the stack is stopping")
        if not self._is_there():
            self._keep_back()
            return _refusal(410, "Gone", "the worker is ending")
        self._is_handed_over = True
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": request.request_id,
            "Lambda-Runtime-Deadline-Ms": str(request.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": request.function_arn,
            "Lambda-Runtime-Trace-Id": request.trace_id,
        }
        if request.client_context:
            headers["Lambda-Runtime-Client-Context"] = request.client_context
        return web.Response(body=request.payload, headers=headers)

    async def _response(self, request: web.BaseRequest) -> web.Response:
        size = request.content_length or 0
        if size > RESPONSE_LIMIT:
            self._finish(response_too_large(size))
            # AWS answers 413, at which its runtime client ends the worker with a traceback of its
            # own that says no more.
            async for _ in request.content.iter_any():
                pass
            return _accepted()
        body = await request.content.read()
        self._finish(Outcome(body))
        return _accepted()

    async def _error(self, request: web.BaseRequest) -> web.Response:
        self._finish(await _reported_error(request))
        return _accepted()

    async def _init_error(self, request: web.BaseRequest) -> web.Response:
        self._on_init_error(await _reported_error(request))
        return _accepted()

    def _keep_back(self) -> None:
        if self._result is not None and not self._result.done():
            self._result.set_exception(NotHandedOver())
        self._current = None

    def _finish(self, outcome: Outcome) -> None:
        if self._result is not None and not self._result.done():
            self._result.set_result(outcome)
        self._current = None


async def _reported_error(request: web.BaseRequest) -> Outcome:
    body = await request.content.read()
    try:
        error_type = str(json.loads(body)["errorType"])
    except (ValueError, KeyError, TypeError):
        error_type = "Runtime.Unknown"
    return Outcome(body, error_type, "error")


def _accepted() -> web.Response:
    return web.json_response({"status": "OK"}, status=202)


def _refusal(status: int, error_type: str, message: str) -> web.Response:
    return web.json_response({"errorType": error_type, "errorMessage": message}, status=status)
