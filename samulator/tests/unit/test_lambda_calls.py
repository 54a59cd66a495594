"""Calls of Lambda at the address of AWS's services, which the Lambda endpoint answers."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

from werkzeug.test import Client

from samulator.servers.aws.lambda_calls import lambda_calls

CALL = "/2015-03-31/functions/F/invocations"


class _Handler(BaseHTTPRequestHandler):
    paths: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""


def test_who_calls_before_the_functions_are_built_waits_for_them() -> None:
    with HTTPServer(("127.0.0.1", 0), _Handler, bind_and_activate=False) as endpoint:
        endpoint.server_bind()
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                endpoint.server_activate()
                threading.Thread(target=endpoint.handle_request, daemon=True).start()

        url = f"http://127.0.0.1:{endpoint.server_address[1]}"
        answer = Client(lambda_calls(url, sleep=sleep)).post(CALL, data=b"{}")
    assert (answer.status_code, answer.get_data()) == (200, b"{}")
    assert _Handler.paths == [CALL]
    assert pauses == [0.2] * 3
