"""`samulator invoke` against an endpoint that gives no log, as `sam local start-lambda` is one."""

import json
import threading
from argparse import Namespace
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from samulator.cli.command import CommandFailed
from samulator.cli.function import INVOKE


class WithoutLogs(BaseHTTPRequestHandler):
    """Answers 501 to whoever asks for the log, as sam local does."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = self.headers.get("X-Amz-Log-Type", "None") != "None"
        status, answer = (501, b'{"Message": "log-type"}') if asked else (200, body)
        if "Missing" in self.path:
            status, answer = 404, b'{"Message": "Function not found: Missing"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the terminal of the tests."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), WithoutLogs) as server:
        monkeypatch.setenv("LOCAL_LAMBDA_ENDPOINT_PORT", str(server.server_port))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def event(tmp_path: Path) -> str:
    (tmp_path / "event.json").write_text('{"a": 1}')
    return str(tmp_path / "event.json")


@pytest.mark.usefixtures("endpoint")
def test_a_function_is_invoked_where_no_log_is_given(
    tmp_path: Path, event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    INVOKE.run(Namespace(function="Any", event=event), tmp_path)
    assert json.loads(capsys.readouterr().out) == {"a": 1}


@pytest.mark.usefixtures("endpoint")
def test_another_refusal_is_said_as_it_is(tmp_path: Path, event: str) -> None:
    with pytest.raises(CommandFailed, match="Function not found: Missing"):
        INVOKE.run(Namespace(function="Missing", event=event), tmp_path)
