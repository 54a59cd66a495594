"""The way of a request with a token, as on AWS: authorizer, claims, and the API's own scopes."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit.http_calls import Answer, HttpCaller
from tests.embedded_stack import EmbeddedStack, start_stack
from tests.strict_root import strict_root


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    root = strict_root(tmp_path_factory.mktemp("strict"))
    running = start_stack(tmp_path_factory.mktemp("state"), root=root)
    yield running
    assert running.interrupt() == 0, running.output.read_text()


def token(stack: EmbeddedStack, *arguments: str) -> str:
    """What the command prints."""
    printed = stack.run("samulator", "token", *arguments)
    assert (printed.returncode, printed.stderr) == (0, "")
    return printed.stdout.strip()


def get(stack: EmbeddedStack, target: str, bearer: str | None = None) -> Answer:
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    return HttpCaller(stack.url)("GET", target, headers=headers)


@pytest.mark.long
def test_the_one_open_call_needs_no_token(strict: EmbeddedStack) -> None:
    assert get(strict, "/status").status == 200


@pytest.mark.long
def test_without_a_token_the_gateway_answers_401_and_says_how_to_get_one(
    strict: EmbeddedStack,
) -> None:
    answer = get(strict, "/users/")

    assert (answer.status, answer.body) == (401, b'{"message":"Unauthorized"}')
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "samulator token" in strict.output.read_text()


@pytest.mark.long
def test_a_token_with_the_scope_opens_the_path(strict: EmbeddedStack) -> None:
    answer = get(strict, "/users/?limit=1", token(strict, "--scope", "users:read"))

    assert answer.status == 200, answer.body
    assert "items" in json.loads(answer.body)


@pytest.mark.long
def test_the_api_looks_at_the_scopes_that_the_claims_bring(strict: EmbeddedStack) -> None:
    answer = get(strict, "/users/", token(strict, "--scope", "datasets:read"))

    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_for_somebody_else_is_a_401(stack: EmbeddedStack) -> None:
    other = token(stack, "--scope", "users:read", "--audience", "another")

    assert get(stack, "/users/", other).status == 401


def test_the_issuer_publishes_the_key_of_its_tokens(stack: EmbeddedStack) -> None:
    header, payload, _ = token(stack, "--claim", "sub=me", "--claim", "n=7").split(".")
    known = HttpCaller(stack.lambda_url)
    configuration = json.loads(known("GET", "/.well-known/openid-configuration").body)
    keys = json.loads(known("GET", "/.well-known/jwks.json").body)["keys"]

    claims = _decoded(payload)
    assert claims["iss"] == configuration["issuer"] == stack.lambda_url
    assert configuration["jwks_uri"] == f"{stack.lambda_url}/.well-known/jwks.json"
    assert (claims["sub"], claims["n"]) == ("me", 7)
    assert _decoded(header)["kid"] in [key["kid"] for key in keys]
    assert all("d" not in key for key in keys)


def test_the_usual_stack_checks_a_token_that_is_sent(stack: EmbeddedStack) -> None:
    assert get(stack, "/users/?limit=1").status == 200
    assert get(stack, "/users/", "no-token").status == 401
    assert get(stack, "/users/", token(stack, "--scope", "users:read")).status == 200
    assert get(stack, "/users/", token(stack, "--scope", "datasets:read")).status == 403


def _decoded(part: str) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return decoded


def test_keys_stay_in_the_state_folder_and_are_nobody_elses(stack: EmbeddedStack) -> None:
    token(stack)

    kept: Path = stack.state / "issuer.json"
    assert kept.stat().st_mode & 0o077 == 0
