"""The answer that inline code of a custom resource sends to CloudFormation."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

from samulator.functions.packages import cfnresponse

EVENT = {"StackId": "stack", "RequestId": "request", "LogicalResourceId": "Thing"}


def test_no_word_of_newer_versions_of_python_is_evaluated_on_import() -> None:
    """Functions of Python 3.9 import it, where `str | None` is an error."""
    assert {*map(type, cfnresponse.send.__annotations__.values())} == {str}


def test_the_answer_has_what_cloudformation_waits_for() -> None:
    taken: list[dict[str, Any]] = []

    class Bucket(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing on the terminal."""

    with HTTPServer(("127.0.0.1", 0), Bucket) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        event = EVENT | {"ResponseURL": f"http://127.0.0.1:{server.server_port}/answer"}
        context = SimpleNamespace(log_stream_name="2026/11/26/[$LATEST]abc")
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Id": 1})
        answering.join()

    assert taken == [
        EVENT
        | {
            "Status": "SUCCESS",
            "Reason": "See the details in CloudWatch Log Stream: 2026/11/26/[$LATEST]abc",
            "PhysicalResourceId": "2026/11/26/[$LATEST]abc",
            "NoEcho": False,
            "Data": {"Id": 1},
        }
    ]
