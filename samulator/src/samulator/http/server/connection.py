"""One client's connection, on which every answer is the interface's own.

The HTTP library answers malformed requests by pages of its own and drops a client that ends its
half of the connection early; here both get the answer of the interface.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.http_websocket import WebSocketReader
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from samulator.http.server.frames import FrameLimit
from samulator.http.server.seats import turn_away

if TYPE_CHECKING:
    from samulator.http.server.server import HttpServer

_logger = logging.getLogger(__name__)
# No HTTP parser takes this for the rest of a head.
_MALFORMED = b"\0\r\n\r\n"
_HEAD_END = b"\r\n\r\n"
_HEAD_LIMIT = 1 << 20


class Connection(RequestHandler):
    """The protocol of one connection."""

    def __init__(self, server: "HttpServer", **options: Any) -> None:  # noqa: ANN401 # aiohttp's
        super().__init__(server, **options)
        self._server = server
        self._last_body: StreamReader | None = None
        self._answered_body: StreamReader | None = None
        self._is_head_unfinished = False
        self._head_bytes = 0
        self._head_limit: asyncio.TimerHandle | None = None
        self._client_is_done = False
        self._is_broken = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Turn away whom this process has no descriptor for."""
        super().connection_made(transport)
        seats = self._server.seats
        if seats is not None and not seats.take(self):
            self._is_broken = True
            turn_away(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let the next one in."""
        if self._server.seats is not None:
            self._server.seats.leave(self)
        self._end_head()
        super().connection_lost(exc)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Note what was answered; the library then reads the rest of its body, if there is any."""
        finished = await super().finish_response(request, resp, start_time)
        self._answered_body = request.content
        return finished

    @property
    def is_last(self) -> bool:
        """Whether no request can follow the one that is being answered."""
        return self._client_is_done and not self._messages

    def data_received(self, data: bytes) -> None:
        """Take what came, each request by itself.

        The library forgets what it read of a piece before it comes upon a fault in it.
        """
        if self._is_web_socket:
            super().data_received(data)
            return
        for part in _parts(data):
            if not self._is_broken:
                self._take(part)

    def set_parser(
        self, parser: WebSocketReader, data_received_cb: Callable[[], None] | None = None
    ) -> None:
        """The connection is a WebSocket from now on; what came after its request are frames."""
        self._end_head()
        limited: Any = FrameLimit(parser)
        super().set_parser(limited, data_received_cb)
        if self._client_is_done:
            # It left before it was let in.
            limited.feed_eof()

    @property
    def _is_web_socket(self) -> bool:
        return self._payload_parser is not None

    def _take(self, data: bytes) -> None:
        """Note whether it is the beginning of a request."""
        known, body = self._request_count, self._last_body
        is_body = body is not None and not body.is_eof()
        super().data_received(data)
        if self._request_count == known:
            if data and not is_body:
                self._go_on_with_head(len(data))
            return
        if body is not None and not body.is_eof():
            self._break_off(body)
            return
        self._last_body = self._messages[-1][1]
        self._end_head()

    def _go_on_with_head(self, size: int) -> None:
        """A head has a time and a size, however many pieces it comes in."""
        if not self._is_head_unfinished:
            self._is_head_unfinished = True
            seconds = self._server.head_seconds
            self._head_limit = self._loop.call_later(seconds, self._head_is_late)
        self._head_bytes += size
        if self._head_bytes > _HEAD_LIMIT:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self._refuse_head(status, f"a head of more than {_HEAD_LIMIT} bytes")

    def _head_is_late(self) -> None:
        seconds = self._server.head_seconds
        problem = f"the head did not come within {seconds:g} s"
        self._refuse_head(HTTPStatus.REQUEST_TIMEOUT, problem)

    def _refuse_head(self, status: HTTPStatus, problem: str) -> None:
        """What the client sends from now on is no request any more."""
        self._end_head()
        self._is_broken = True
        self._request_count += 1
        error = _ErrInfo(status=status, exc=ValueError(problem), message=problem)
        self._messages.append((error, EMPTY_PAYLOAD))
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _end_head(self) -> None:
        self._is_head_unfinished = False
        self._head_bytes = 0
        if self._head_limit is not None:
            self._head_limit.cancel()
            self._head_limit = None

    def _break_off(self, body: StreamReader) -> None:
        """The fault is in the body: it is for its own request to answer, as the last one."""
        self._messages.pop()
        self._is_broken = self._client_is_done = True
        self._end_body(body, "the body is malformed")

    def _end_body(self, body: StreamReader, fault: str) -> None:
        """Tell who reads it, or will. An answer that was given without it stands."""
        if body is not self._answered_body:
            body.set_exception(web.RequestPayloadError(fault))
        # The library would read on to its end, behind the answer.
        body.feed_eof()

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more; it still gets the answers to what it sent."""
        if self._is_web_socket:
            # Who leaves without a closing frame is gone.
            return False
        self._client_is_done = True
        if self._is_idle:
            return self._answer_unfinished_head()
        if self._last_body is not None and not self._last_body.is_eof():
            self._end_body(self._last_body, "the body is not whole")
        if not self._messages:
            self.close()
        return True

    @property
    def _is_idle(self) -> bool:
        return not self._messages and (self._request_count == 0 or self._waiter is not None)

    def _process_keepalive(self) -> None:
        if not self._answer_unfinished_head():
            super()._process_keepalive()

    def _answer_unfinished_head(self) -> bool:
        if not self._is_head_unfinished:
            return False
        super().data_received(_MALFORMED)
        return True

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer to what could not be read, or to a fault of the interface."""
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _logger.error("%s %s failed", request.method, request.rel_url, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        if isinstance(exc, LineTooLong):
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        return self._server.refuse(request, HTTPStatus(status), message or str(exc))


def _parts(data: bytes) -> Iterator[bytes]:
    """The data, cut behind whatever may be the head of a request."""
    begin = seen = 0
    while (found := data.find(_HEAD_END, seen)) >= 0:
        end = found + len(_HEAD_END)
        if data.find(b" HTTP/", seen, end) >= 0:
            yield data[begin:end]
            begin = end
        seen = end
    if begin < len(data) or not data:
        yield data[begin:]
