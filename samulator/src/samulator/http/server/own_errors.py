"""For servers on Python's own: what is no HTTP is answered in the words of the interface."""

import re
from email import errors
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

_BEFORE_HEADERS = "HTTP/0.9"
_LENGTH = re.compile("[0-9]{1,1000}")
_VALUE = re.compile("[\t -~\x80-\xff]*")
_OF_A_FORM = (
    errors.CloseBoundaryNotFoundDefect,
    errors.InvalidMultipartContentTransferEncodingDefect,
    errors.MultipartInvariantViolationDefect,
    errors.NoBoundaryInMultipartDefect,
    errors.StartBoundaryNotFoundDefect,
)
# Methods that ask something of the server itself.
_OF_THE_CONNECTION = {"CONNECT", "TRACE"}


class OwnErrors(BaseHTTPRequestHandler):
    """A request handler whose errors have a type and words of its own."""

    protocol_version = "HTTP/1.1"
    error_content_type = "application/json"
    raw_requestline: bytes

    def word_error(self, status: HTTPStatus, problem: str) -> str:
        """Return the body of an error's answer."""
        raise NotImplementedError

    def parse_request(self) -> bool:
        """Read the head; False where it has been answered already."""
        if not super().parse_request():
            if not self.raw_requestline.strip():
                self.send_error(HTTPStatus.BAD_REQUEST, "an empty line is no request")
            return False
        return self._is_taken()

    def handle_expect_100(self) -> bool:
        """Ask nobody for a body that will not be taken."""
        if not (self._is_taken() and super().handle_expect_100()):
            return False
        # The client waits for it.
        self.wfile.flush()
        return True

    def _is_taken(self) -> bool:
        refusal = self.refused()
        if refusal is not None:
            self.send_error(*refusal)
        return refusal is None

    def refused(self) -> tuple[HTTPStatus, str] | None:
        """Return status and reason for a head that Python's own parser lets pass, None for none."""
        hosts, lengths = (self.headers.get_all(name, []) for name in ("Host", "Content-Length"))
        if self.request_version == _BEFORE_HEADERS:
            return HTTPStatus.BAD_REQUEST, "HTTP/1.0 or HTTP/1.1 is spoken here"
        if self._has_defects() or not all(map(_VALUE.fullmatch, self.headers.values())):
            return HTTPStatus.BAD_REQUEST, "a header is malformed"
        if len(hosts) > 1 or (not hosts and self.request_version == self.protocol_version):
            return HTTPStatus.BAD_REQUEST, f"{len(hosts)} Host headers"
        if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
            return HTTPStatus.BAD_REQUEST, f"Content-Length: {', '.join(lengths)}"
        if self.command in _OF_THE_CONNECTION:
            return HTTPStatus.METHOD_NOT_ALLOWED, f"{self.command} is not served"
        return None if _is_target(self.path) else (HTTPStatus.BAD_REQUEST, "malformed target")

    def _has_defects(self) -> bool:
        """Whether the head is broken; Python misses the parts of a form, which come later."""
        return any(not isinstance(defect, _OF_A_FORM) for defect in self.headers.defects)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with an error, the last on this connection."""
        self.close_connection = True
        # Python would answer a line that has no version without a head.
        self.request_version = self.protocol_version
        status = HTTPStatus(code)
        content = self.word_error(status, message or explain or status.phrase).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", self.error_content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content if self.command != "HEAD" else b"")


def _is_target(target: str) -> bool:
    """Whether a request line's target is a path, or a URL whose parts can be told."""
    try:
        return target.startswith("/") or urlsplit(target).port != 0
    except ValueError:
        return False
