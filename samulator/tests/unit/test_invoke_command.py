"""`samulator invoke` against an endpoint that gives no log, as `sam local start-lambda` is one."""

import json
import os
import threading
from argparse import Namespace
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from samulator.cli.command import CommandFailed
from samulator.cli.function import INVOKE


class WithoutLogs(BaseHTTPRequestHandler):
    """Answers 501 to whoever asks for the log, as sam local does."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = self.headers.get("X-Amz-Log-Type", "None") != "None"
        if "Ended" in self.path:
            return
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
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
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
@pytest.mark.parametrize(("piped", "event"), [('{"b": 2}', {"b": 2}), ("", {}), ("\n", {})])
def test_without_a_file_the_event_is_what_is_piped_or_empty(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    piped: str,
    event: object,
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(piped.encode())))
    INVOKE.run(Namespace(function="Any", event=None), tmp_path)
    assert json.loads(capsys.readouterr().out) == event


@pytest.mark.usefixtures("endpoint")
def test_nobody_waits_for_an_event_at_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    primary, terminal = os.openpty()
    with os.fdopen(primary), os.fdopen(terminal) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        INVOKE.run(Namespace(function="Any", event=None), tmp_path)
    assert json.loads(capsys.readouterr().out) == {}


@pytest.mark.usefixtures("endpoint")
def test_another_refusal_is_said_as_it_is(tmp_path: Path, event: str) -> None:
    with pytest.raises(CommandFailed, match="Function not found: Missing; samulator check lists"):
        INVOKE.run(Namespace(function="Missing", event=event), tmp_path)


@pytest.mark.usefixtures("endpoint")
def test_a_stack_that_stops_meanwhile_is_said_in_one_line(tmp_path: Path, event: str) -> None:
    with pytest.raises(CommandFailed, match="Ended gave no answer: the stack stopped meanwhile"):
        INVOKE.run(Namespace(function="Ended", event=event), tmp_path)
