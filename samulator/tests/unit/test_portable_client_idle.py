"""The portable runtime client outlasts a stack that hangs up while a handler is at work."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from samulator.functions.portable import runtime_client


class ForgetfulApi(BaseHTTPRequestHandler):
    """Says that it keeps the connection, and hangs up after each answer."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer(200, b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(202, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None: ...


def test_the_answer_of_a_long_invocation_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), ForgetfulApi) as api:
        thread = threading.Thread(target=api.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"127.0.0.1:{api.server_address[1]}")
        monkeypatch.setattr(runtime_client, "_connection", None)
        monkeypatch.setattr(runtime_client, "_IDLE_SECONDS", 0.0)
        try:
            for number in range(10):
                payload, _ = runtime_client.next()
                runtime_client.post_invocation_result(f"{number}", payload, "application/json")
        finally:
            connection = runtime_client._connection
            assert connection is not None
            connection.close()
            api.shutdown()
            thread.join()
