"""The code inside infrastructure/migration.yaml: a migration that fails stops the deployment."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.embedded_stack import EmbeddedStack
from tests.template_document import read_document

TEMPLATE = Path(__file__).parents[2] / "infrastructure" / "migration.yaml"
NOT_YET = (409, {"Type": "User", "message": "The function is in state Pending"})
DENIED = (403, {"Message": "User is not authorized to perform: lambda:InvokeFunction"})
BUSY = (429, {"Reason": "CallerRateLimitExceeded", "message": "Rate exceeded"})
WAKING = (502, {"Type": "User", "message": "The function is being restored"})
BROKEN = (500, {"Type": "Service", "message": "An internal error"})
NO_DATABASE = (200, {"errorMessage": "cannot connect", "errorType": "DatabaseUnavailable"})
KINDS = {
    409: "ResourceConflictException",
    403: "AccessDeniedException",
    429: "TooManyRequestsException",
    502: "ResourceNotReadyException",
    500: "ServiceException",
}
DONE = (200, {"applied": []})
FAILED = (200, {"errorMessage": "0003_bad.sql is not named", "errorType": "MigrationError"})

Run = Callable[..., tuple[str, str | None]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls the Runner as CloudFormation does; returns the status and the reason it answered."""
    answers: list[tuple[str, str | None]] = []

    def send(*arguments: Any, reason: str | None = None) -> None:
        answers.append((arguments[2], reason))

    # Lambda adds this module to code that is written into a template.
    response = ModuleType("cfnresponse")
    vars(response).update(SUCCESS="SUCCESS", FAILED="FAILED", send=send)
    monkeypatch.setitem(sys.modules, "cfnresponse", response)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    runner = read_document(TEMPLATE)["Resources"]["Runner"]["Properties"]

    def call(
        url: str, function: str, request: str = "Create", old: str | None = None
    ) -> tuple[str, str | None]:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        code: dict[str, Any] = {}
        exec(runner["Code"]["ZipFile"], code)
        event = {"RequestType": request, "ResourceProperties": {"FunctionVersion": function}}
        if old is not None:
            event["OldResourceProperties"] = {"FunctionVersion": old}
        code["handler"](event, None)
        return answers[-1]

    return call


@pytest.fixture
def answering() -> Iterator[Callable[..., str]]:
    """A Lambda endpoint that gives these answers in turn, and the last one for ever."""
    servers: list[HTTPServer] = []

    def start(*replies: tuple[int, dict[str, Any]]) -> str:
        left = list(replies)

        class Lambda(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status, body = left.pop(0) if len(left) > 1 else left[0]
                payload = json.dumps(body).encode()
                self.send_response(status)
                if status in KINDS:
                    self.send_header("x-amzn-ErrorType", KINDS[status])
                if "errorMessage" in body:
                    self.send_header("X-Amz-Function-Error", "Unhandled")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        server = HTTPServer(("127.0.0.1", 0), Lambda)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_migration_that_succeeds_lets_the_deployment_go_on(run: Run, stack: EmbeddedStack) -> None:
    assert run(stack.lambda_url, "MigrateFunction") == ("SUCCESS", None)


def test_migration_that_fails_stops_the_deployment_and_says_why(
    run: Run, answering: Callable[..., str]
) -> None:
    status, reason = run(answering(FAILED), "MigrateFunction")
    assert status == "FAILED"
    assert "0003_bad.sql is not named" in (reason or "")


def test_version_or_role_made_a_moment_ago_is_waited_for(
    run: Run, answering: Callable[..., str]
) -> None:
    url = answering(NOT_YET, DENIED, DONE)
    assert run(url, "MigrateFunction") == ("SUCCESS", None)


@pytest.mark.parametrize("reply", [BUSY, WAKING, BROKEN, NO_DATABASE])
def test_what_passes_by_itself_is_waited_for(
    run: Run, answering: Callable[..., str], reply: tuple[int, dict[str, Any]]
) -> None:
    assert run(answering(reply, reply, DONE), "MigrateFunction") == ("SUCCESS", None)


def test_a_database_that_stays_away_stops_the_deployment(
    run: Run, answering: Callable[..., str]
) -> None:
    status, reason = run(answering(NO_DATABASE), "MigrateFunction")
    assert status == "FAILED"
    assert "cannot connect" in (reason or "")


def test_a_rollback_runs_no_older_migration_and_cannot_hang(run: Run) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:MigrateFunction"
    nobody = "http://127.0.0.1:9"
    assert run(nobody, f"{arn}:9", "Update", old=f"{arn}:10") == ("SUCCESS", None)


def test_a_newer_version_is_run(run: Run, answering: Callable[..., str]) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:MigrateFunction"
    assert run(answering(FAILED), f"{arn}:10", "Update", old=f"{arn}:9")[0] == "FAILED"


def test_role_that_stays_forbidden_stops_the_deployment(
    run: Run, answering: Callable[..., str]
) -> None:
    status, reason = run(answering(DENIED), "MigrateFunction")
    assert status == "FAILED"
    assert "lambda:InvokeFunction" in (reason or "")


def test_removal_of_the_stack_migrates_nothing(run: Run) -> None:
    assert run("http://127.0.0.1:9", "MigrateFunction", "Delete") == ("SUCCESS", None)
