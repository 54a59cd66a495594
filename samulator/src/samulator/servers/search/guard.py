"""An HTTP server that passes on what this machine's own programs ask, and nothing else."""

import http.client
import json
import socketserver
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from samulator.http.server.origin import OriginPolicy
from samulator.http.server.own_errors import OwnErrors

if TYPE_CHECKING:
    from email.message import Message

_OF_THE_CONNECTION = {"connection", "keep-alive", "proxy-connection", "te", "upgrade"}
_OF_THE_MESSAGE = {"content-length", "transfer-encoding"}
# OpenSearch's own limit, http.max_content_length.
_BODY_LIMIT = 100 * 1024 * 1024
# A client that is hung up on while it sends has lost a request; only nobody's connection is older.
_IDLE_SECONDS = 3600
# osmem-server hangs up after 60 seconds of silence, whatever is on its way to it.
_INNER_IDLE_SECONDS = 30.0
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class Guard(socketserver.ThreadingTCPServer):
    """Listens when told to (`server_activate`), for the server at `inner`."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    inner: tuple[str, int]
    inner_idle_seconds = _INNER_IDLE_SECONDS

    def __init__(self, address: tuple[str, int]) -> None:
        """Bind to `address` and take no connection yet. Raises OSError."""
        super().__init__(address, _Passage, bind_and_activate=False)
        self.server_bind()


class _Passage(OwnErrors):
    """One client's connection, and one of its own to the server."""

    server: Guard
    # One packet for an answer's head and body.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    policy = OriginPolicy()

    def setup(self) -> None:
        super().setup()
        self._inner = http.client.HTTPConnection(*self.server.inner)
        self._answered_at = time.monotonic()

    def finish(self) -> None:
        self._inner.close()
        super().finish()

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _pass_on(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.send_error(HTTPStatus.BAD_REQUEST, f"{len(body)} of {length} bytes came")
            return
        try:
            self._ask(body)
        except ValueError as error:
            self.send_error(HTTPStatus.BAD_REQUEST, str(error))
            return
        try:
            self._inner.endheaders(body or None)
            answer = self._inner.getresponse()
            content = answer.read()
            self._answered_at = time.monotonic()
        except (OSError, http.client.HTTPException) as error:
            self.send_error(HTTPStatus.BAD_GATEWAY, f"The search server is gone: {error}")
            return
        self._send(answer, content)

    def refused(self) -> tuple[HTTPStatus, str] | None:
        """Return why nothing is passed on, None where it is."""
        if refusal := super().refused():
            return refusal
        if problem := self.policy.refusal(self.headers.items(), self.path):
            return HTTPStatus.FORBIDDEN, problem
        if "Transfer-Encoding" in self.headers:
            return HTTPStatus.LENGTH_REQUIRED, "send a Content-Length"
        if int(self.headers.get("Content-Length", 0)) > _BODY_LIMIT:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {_BODY_LIMIT} bytes"
        return None

    def _ask(self, body: bytes) -> None:
        """Raises ValueError for a header that cannot be passed on."""
        if time.monotonic() - self._answered_at >= self.server.inner_idle_seconds:
            # The next request connects anew.
            self._inner.close()
        # The request line came as Latin-1; bytes that belong in no URL go on percent-encoded.
        target = quote(self.path, safe=_PRINTABLE, encoding="latin-1")
        self._inner.putrequest(self.command, target, skip_host=True, skip_accept_encoding=True)
        for name, value in _passed_on(self.headers):
            self._inner.putheader(name, value)
        if body or "Content-Length" in self.headers:
            self._inner.putheader("Content-Length", str(len(body)))

    def _send(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in _passed_on(answer.headers):
            self.send_header(name, value)
        length = answer.headers.get("Content-Length") if self.command == "HEAD" else len(content)
        if length is not None and answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def word_error(self, status: HTTPStatus, problem: str) -> str:
        """As OpenSearch has it."""
        error = {"type": f"{status.name.lower()}_exception", "reason": problem}
        return json.dumps({"error": error, "status": status})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the programs that ask know what they were told."""


def _passed_on(headers: "Message") -> Iterator[tuple[str, str]]:
    left_out = _OF_THE_CONNECTION | _OF_THE_MESSAGE
    return ((name, value) for name, value in headers.items() if name.lower() not in left_out)
