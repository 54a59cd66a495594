"""For servers on Python's own: what is no HTTP is answered in the words of the interface."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

_BEFORE_HEADERS = "HTTP/0.9"


class OwnErrors(BaseHTTPRequestHandler):
    """A request handler whose errors have a type and words of its own."""

    protocol_version = "HTTP/1.1"
    error_content_type = "application/json"

    def word_error(self, status: HTTPStatus, problem: str) -> str:
        """Return the body of an error's answer."""
        raise NotImplementedError

    def parse_request(self) -> bool:
        """Read the head; False where it has been answered already."""
        if not super().parse_request():
            return False
        if self.request_version == _BEFORE_HEADERS:
            self.send_error(HTTPStatus.BAD_REQUEST, "HTTP/1.0 or HTTP/1.1 is spoken here")
            return False
        return True

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
