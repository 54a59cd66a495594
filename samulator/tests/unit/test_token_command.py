"""`samulator token` and the keys that it signs with."""

import base64
import json
import time
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from samulator.cli.command import CommandFailed
from samulator.cli.token import TOKEN
from samulator.http.authorizers.jwt_authorizer import InvalidToken
from samulator.http.issuer.token import Tokens, parse_claim
from samulator.issuer_keys import IssuerKeys

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: J
        Authorizers:
          J:
            IdentitySource: $request.header.Authorization
            JwtConfiguration: {issuer: "https://i.example", audience: [web, cli]}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.11
      InlineCode: "def handler(event, context): pass"
      Events: {E: {Type: HttpApi, Properties: {ApiId: !Ref Http}}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LOCAL_STATE", raising=False)
    monkeypatch.setenv("LOCAL_LAMBDA_ENDPOINT_PORT", "4321")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def parsed(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    TOKEN.configure(parser)
    return parser.parse_args(arguments)


def printed(project: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    TOKEN.run(parsed(*arguments), project)
    payload = capsys.readouterr().out.strip().split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


def test_it_is_for_the_audience_of_the_template(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = printed(project, capsys, "--scope", "a b", "--scope", "c")

    assert (claims["aud"], claims["scope"]) == (["web", "cli"], "a b c")
    assert claims["iss"] == "http://127.0.0.1:4321"
    assert claims["exp"] - claims["iat"] == 3600


def test_every_claim_can_be_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = printed(
        project,
        capsys,
        *("--audience", "x", "--seconds", "5", "--claim", "sub=me", "--claim", "n=[1, 2]"),
        *("--claim", "iss=https://i.example", "--claim", "note=a=b"),
    )

    assert (claims["aud"], claims["sub"], claims["n"]) == ("x", "me", [1, 2])
    assert (claims["iss"], claims["note"]) == ("https://i.example", "a=b")
    assert claims["exp"] - claims["iat"] == 5
    assert "scope" not in claims


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--claim", "x"], "'x' is no name=value"), (["--claim", "=x"], "'=x' is no name=value")],
)
def test_what_is_no_claim_is_refused_in_a_line(
    project: Path, arguments: list[str], said: str
) -> None:
    with pytest.raises(CommandFailed, match=said):
        TOKEN.run(parsed(*arguments), project)


def test_without_a_template_the_command_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "template.yaml").unlink()

    with pytest.raises(CommandFailed, match=r"none of template\.yaml"):
        TOKEN.run(parsed(), project)
    assert printed(project, capsys, "--audience", "x")["aud"] == "x"


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("a=b", ("a", "b")),
        ("a=7", ("a", 7)),
        ("a=", ("a", "")),
        ('a=["b"]', ("a", ["b"])),
        ("a=true", ("a", True)),
    ],
)
def test_a_claim_is_json_where_it_can_be(text: str, claim: tuple[str, object]) -> None:
    assert parse_claim(text) == claim


def test_keys_are_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    first, second = (Tokens(IssuerKeys(tmp_path), "http://i") for _ in range(2))

    assert second.claims(first.sign({"a": 1}))["a"] == 1
    assert (tmp_path / "issuer.json").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["issuer.json"]


def test_those_that_make_the_keys_at_once_have_the_same(tmp_path: Path) -> None:
    def sign(_number: int) -> str:
        return Tokens(IssuerKeys(tmp_path), "http://i").sign({})

    with ThreadPoolExecutor(4) as pool:
        signed = [*pool.map(sign, range(4))]

    tokens = Tokens(IssuerKeys(tmp_path), "http://i")
    assert all(tokens.claims(each)["iss"] == "http://i" for each in signed)


def test_a_token_that_was_changed_is_none(tmp_path: Path) -> None:
    tokens = Tokens(IssuerKeys(tmp_path), "http://i")
    header, payload, signature = tokens.sign({"sub": "me"}).split(".")
    forged = base64.urlsafe_b64encode(
        json.dumps({"sub": "you", "exp": time.time() + 9}).encode()
    ).decode()

    for wrong in (
        f"{header}.{forged.rstrip('=')}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        "",
    ):
        with pytest.raises(InvalidToken):
            tokens.claims(wrong)
