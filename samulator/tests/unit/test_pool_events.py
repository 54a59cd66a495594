"""Triggers of user pools: what they get, what they change of tokens, and how they fail."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from samulator.servers.aws.cognito.calling import TriggerCalls, TriggerFailed
from samulator.servers.aws.cognito.pool_events import Caller, pool_event, with_overrides

CALLER = Caller("us-east-1", "us-east-1_1", "me", "web")


def test_an_event_has_who_calls_and_no_member_that_nobody_gave():
    event = pool_event(
        "PreSignUp_SignUp",
        CALLER,
        {"userAttributes": {"email": "a@b.example"}, "clientMetadata": None},
        {"autoConfirmUser": False},
    )

    assert event == {
        "version": "1",
        "triggerSource": "PreSignUp_SignUp",
        "region": "us-east-1",
        "userPoolId": "us-east-1_1",
        "userName": "me",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "web"},
        "request": {"userAttributes": {"email": "a@b.example"}},
        "response": {"autoConfirmUser": False},
    }


CLAIMS = {"email": "a@b.example", "cognito:groups": ["a"], "scope": "one two"}


def test_the_first_version_changes_claims_of_id_tokens_and_groups_of_both():
    response = {
        "claimsOverrideDetails": {
            "claimsToAddOrOverride": {"tenant": "t"},
            "claimsToSuppress": ["email"],
            "groupOverrideDetails": {"groupsToOverride": ["b"]},
        }
    }

    assert with_overrides(CLAIMS, response, "id") == {
        "cognito:groups": ["b"],
        "scope": "one two",
        "tenant": "t",
    }
    assert with_overrides(CLAIMS, response, "access") == CLAIMS | {"cognito:groups": ["b"]}


def test_the_second_version_changes_each_token_as_it_says():
    response = {
        "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {"claimsToSuppress": ["email"]},
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {"plan": {"level": 1}},
                "scopesToAdd": ["three"],
                "scopesToSuppress": ["one"],
            },
        }
    }

    assert "email" not in with_overrides(CLAIMS, response, "id")
    access = with_overrides(CLAIMS, response, "access")
    assert (access["plan"], access["scope"]) == ({"level": 1}, "two three")
    assert access["email"] == "a@b.example"


@pytest.mark.parametrize(
    "response",
    [{}, {"claimsOverrideDetails": None}, {"claimsAndScopeOverrideDetails": None}],
)
def test_an_answer_that_says_nothing_changes_nothing(response):
    assert with_overrides(CLAIMS, response, "id") == CLAIMS


class Endpoint(ThreadingHTTPServer):
    """Answers every invoke the same: status, whether the function failed, and its payload."""

    answer: tuple[int, bool, bytes]
    asked: list[tuple[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        status, is_error, payload = self.server.answer
        self.send_response(status)
        if is_error:
            self.send_header("X-Amz-Function-Error", "Unhandled")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint(("127.0.0.1", 0), _Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(endpoint: Endpoint, answer: tuple[int, bool, bytes]) -> Any:
    endpoint.answer = answer
    calls = TriggerCalls(f"http://127.0.0.1:{endpoint.server_port}")
    return calls.response("PreSignUp", "arn:aws:lambda:r:1:function:F", {"a": 1})


def test_the_function_of_a_trigger_is_invoked_and_its_response_counts(endpoint: Endpoint) -> None:
    answer = json.dumps({"a": 1, "response": {"autoConfirmUser": True}}).encode()

    assert ask(endpoint, (200, False, answer)) == {"autoConfirmUser": True}
    assert endpoint.asked == [
        ("/2015-03-31/functions/arn:aws:lambda:r:1:function:F/invocations", {"a": 1})
    ]


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (
            (200, True, b'{"errorMessage": "Not welcome"}'),
            "UserLambdaValidationException",
            "PreSignUp failed with error Not welcome.",
        ),
        ((200, False, b"null"), "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ((200, False, b"no JSON"), "InvalidLambdaResponseException", "Unrecognizable"),
        ((404, False, b"no such function"), "UnexpectedLambdaException", "no such function"),
    ],
)
def test_a_trigger_that_fails_has_cognitos_error(
    endpoint: Endpoint, answer: tuple[int, bool, bytes], kind: str, message: str
) -> None:
    with pytest.raises(TriggerFailed, match=message) as raised:
        ask(endpoint, answer)

    assert raised.value.error_type == kind
