"""Serves the stack's web interfaces: one check of callers, and answers that are their own."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from aiohttp import HttpVersion10, HttpVersion11, hdrs, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import ERROR

from samulator.http.server.connection import Connection
from samulator.http.server.origin import OriginPolicy
from samulator.http.server.seats import SEATS, Seats

# Far above any limit of AWS: the interfaces answer what AWS would refuse, as AWS does.
_LINE_LIMIT = 65_536
_HEADER_COUNT = 1_000
# As long as AWS's load balancers wait for the next request of a connection.
_IDLE_SECONDS = 60
# From the first byte of a head to its last.
_HEAD_SECONDS = 20
# For the rest of a body that nobody wants any more.
_LINGER_SECONDS = 2
_VERSION = web.RequestKey("version", str)


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered as asked; `problem` is for people, not for callers."""

    status: HTTPStatus
    problem: str


class Interface(Protocol):
    """One HTTP interface. `policy` says who may call it."""

    policy: OriginPolicy

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request of somebody who may call, by a WebSocket when it has ended."""

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Word the answer to a request that is malformed, forbidden or failed by our own fault."""


class HttpServer(web.Server):
    """The server of one interface; bodies are passed on as sent, compressed or not."""

    def __init__(self, interface: Interface, *, seats: Seats | None = SEATS, **limits: int) -> None:
        """`limits` are max_line_size, max_field_size and max_headers where not the usual ones.

        Without `seats` everybody is let in.
        """
        options: dict[str, Any] = {
            "access_log": None,
            "auto_decompress": False,
            "keepalive_timeout": _IDLE_SECONDS,
            "lingering_time": _LINGER_SECONDS,
            "max_field_size": _LINE_LIMIT,
            "max_headers": _HEADER_COUNT,
            "max_line_size": _LINE_LIMIT,
        }
        super().__init__(self._answer, **(options | limits))
        self._interface = interface
        self.seats = seats
        self.head_seconds: float = _HEAD_SECONDS

    def __call__(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)

    def _make_request(self, message: RawRequestMessage, *course: Any) -> web.BaseRequest:  # noqa: ANN401 # aiohttp's
        """Answers have the version of their request, which must be one that we speak."""
        is_spoken = message.version in (HttpVersion10, HttpVersion11) and message is not ERROR
        if is_spoken:
            return super()._make_request(message, *course)
        request = super()._make_request(message._replace(version=HttpVersion11), *course)
        request[_VERSION] = f"HTTP/{message.version.major}.{message.version.minor}"
        return request

    def refuse(self, request: web.BaseRequest, status: HTTPStatus, problem: str) -> web.Response:
        """Return the interface's own answer; the connection ends with it."""
        answer = self._interface.refuse(request, Refusal(status, problem))
        answer.force_close()
        return answer

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)
        answer = self._turned_away(request) or await self._interface.answer(request)
        if connection.is_last:
            answer.force_close()
        return answer

    def _turned_away(self, request: web.BaseRequest) -> web.Response | None:
        if version := request.get(_VERSION):
            return self.refuse(request, HTTPStatus.BAD_REQUEST, f"{version} is not spoken here")
        headers = request.headers.items()
        if problem := self._interface.policy.refusal(headers, request.raw_path):
            return self.refuse(request, HTTPStatus.FORBIDDEN, problem)
        hosts = request.headers.getall(hdrs.HOST, [])
        if len(hosts) > 1 or (not hosts and request.version >= (1, 1)):
            return self.refuse(request, HTTPStatus.BAD_REQUEST, f"{len(hosts)} Host headers")
        return None


async def serve(interface: Interface, host: str, port: int) -> web.ServerRunner:
    """Start serving; port 0 takes a free one (see `bound_port`). Raises OSError when taken."""
    runner = web.ServerRunner(HttpServer(interface), handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


def bound_port(runner: web.ServerRunner) -> int:
    """Return the port that `serve` listens on."""
    return int(runner.addresses[0][1])
