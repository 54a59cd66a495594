"""One way in: receives requests, lets the responder answer them, and reports both."""

import time
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from samulator.http.gateway.exchange import Exchange, Observe
from samulator.http.gateway.request import HttpRequest, receive_request
from samulator.http.gateway.response import HttpResponse
from samulator.http.server.answer import Answer
from samulator.http.server.body import BodyRefused
from samulator.http.server.origin import OriginPolicy
from samulator.http.server.server import Refusal


class Responder(Protocol):
    """What a REST API, an HTTP API and a function URL each do in their own way."""

    policy: OriginPolicy
    body_limit: int

    def new_id(self) -> str:
        """Return the id of a new request."""

    def early(self, request: web.BaseRequest, request_id: str) -> HttpResponse | None:
        """Answer what no function sees and whose body nobody reads; None for anything else."""

    async def respond(
        self, request: HttpRequest, request_id: str
    ) -> tuple[str | None, HttpResponse]:
        """Return the function that was asked, if one was, and the answer."""

    def word(self, status: HTTPStatus, problem: str, request_id: str) -> HttpResponse:
        """Return the answer to what is malformed or forbidden; `problem` is for the log."""

    def finish(self, response: HttpResponse, method: str, origin: str | None) -> None:
        """Add what every answer of a known request has."""

    def ids(self, request_id: str) -> dict[str, str]:
        """Return the headers by which logs have a request: no function sets them."""


class Door:
    """The web interface of one responder."""

    def __init__(self, responder: Responder, *, observe: Observe | None = None) -> None:
        self._responder = responder
        self._observe = observe
        self.policy = responder.policy

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request and report it."""
        started = time.perf_counter()
        request_id = self._responder.new_id()
        function, response = await self._answer(request, request_id)
        self._responder.finish(response, request.method, request.headers.get("Origin"))
        return self._close(request, response, request_id, (started, function))

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Answer what reaches no route, as AWS words it."""
        request_id = self._responder.new_id()
        response = self._responder.word(refusal.status, refusal.problem, request_id)
        return self._close(request, response, request_id, (time.perf_counter(), None))

    async def _answer(
        self, request: web.BaseRequest, request_id: str
    ) -> tuple[str | None, HttpResponse]:
        if (early := self._responder.early(request, request_id)) is not None:
            return None, early
        try:
            received = await receive_request(request, self._responder.body_limit)
        except BodyRefused as refusal:
            return None, self._responder.word(refusal.status, str(refusal), request_id)
        return await self._responder.respond(received, request_id)

    def _close(
        self,
        request: web.BaseRequest,
        response: HttpResponse,
        request_id: str,
        course: tuple[float, str | None],
    ) -> web.Response:
        """`course` is when the request came and the function that was asked."""
        started, function = course
        if self._observe is not None:
            exchange = Exchange(
                method=request.method,
                path=request.raw_path,
                status=response.status,
                duration_ms=(time.perf_counter() - started) * 1000,
                function=function,
                request_id=request_id,
                problem=response.problem,
            )
            self._observe(exchange)
        answer = _to_web(response, is_head=request.method == "HEAD")
        answer.headers.update(self._responder.ids(request_id))
        return answer


def _to_web(response: HttpResponse, *, is_head: bool) -> web.Response:
    answer = Answer(status=response.status, body=response.body)
    answer.headers.pop("Content-Type", None)
    for name, value in response.headers:
        answer.headers.add(name, value)
    if is_head and not response.body and response.status != HTTPStatus.NOT_MODIFIED:
        answer.headers["content-length"] = response.declared_length or "0"
    return answer
