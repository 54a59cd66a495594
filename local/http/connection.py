"""One client's connection, on which every answer is the interface's own.

The HTTP library answers malformed requests by pages of its own and drops a client that ends its
half of the connection early; here both get the answer of the interface.
"""

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

if TYPE_CHECKING:
    from local.http.server import HttpServer

_logger = logging.getLogger(__name__)
# No HTTP parser takes this for the rest of a head.
_MALFORMED = b"\0\r\n\r\n"


class Connection(RequestHandler):
    """The protocol of one connection."""

    def __init__(self, server: "HttpServer", **options: Any) -> None:  # noqa: ANN401 # aiohttp's
        super().__init__(server, **options)
        self._server = server
        self._last_body: StreamReader | None = None
        self._is_head_unfinished = False
        self._client_is_done = False

    @property
    def is_last(self) -> bool:
        """Whether no request can follow the one that is being answered."""
        return self._client_is_done and not self._messages

    def data_received(self, data: bytes) -> None:
        """Take what came, and note whether it is the beginning of a request."""
        known = self._request_count
        is_body = self._last_body is not None and not self._last_body.is_eof()
        super().data_received(data)
        if self._request_count != known:
            self._last_body = self._messages[-1][1]
            self._is_head_unfinished = False
        elif data and not is_body:
            self._is_head_unfinished = True

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more; it still gets the answers to what it sent."""
        self._client_is_done = True
        if self._is_idle:
            return self._answer_unfinished_head()
        if self._last_body is not None and not self._last_body.is_eof():
            self._last_body.set_exception(web.RequestPayloadError("the body is not whole"))
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
