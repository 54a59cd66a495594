"""token: prints a token that the authorizers of the stack take."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from samulator.cli.command import Command, CommandFailed
from samulator.cli.options import add_template_options, opened
from samulator.control.address import find_address
from samulator.control.loading import load_project
from samulator.control.local_toml import ProjectError
from samulator.control.project import Project
from samulator.control.state import StackNotRunning
from samulator.http.issuer.token import Tokens, parse_claim
from samulator.issuer_keys import IssuerKeys
from samulator.servers.ports import LOOPBACK, InvalidPort, Ports
from samulator.template.model import TemplateError
from samulator.template.model_http import JwtAuthorizer

_HOUR = 3600


def _configure(parser: argparse.ArgumentParser) -> None:
    add_template_options(parser)
    parser.add_argument(
        "--scope", action="append", default=[], help="a scope, or several apart by spaces"
    )
    parser.add_argument(
        "--audience", action="append", help="whom it is for; those of the template unless given"
    )
    parser.add_argument(
        "--claim", action="append", default=[], metavar="NAME=VALUE", help="any other claim"
    )
    parser.add_argument("--seconds", type=int, default=_HOUR, help="how long it is valid")


def _token(arguments: argparse.Namespace, root: Path) -> None:
    try:
        project = opened(arguments, root)
        claims = dict(map(parse_claim, arguments.claim))
        audiences = arguments.audience or _audiences(project)
        issuer = _issuer(project)
    except (InvalidPort, ProjectError, TemplateError, ValueError) as error:
        raise CommandFailed(str(error)) from error
    said: dict[str, Any] = {"scope": " ".join(arguments.scope)} if arguments.scope else {}
    if audiences:
        said["aud"] = audiences[0] if len(audiences) == 1 else audiences
    tokens = Tokens(IssuerKeys(project.state), issuer)
    sys.stdout.write(f"{tokens.sign(said | claims, seconds=arguments.seconds)}\n")


def _issuer(project: Project) -> str:
    """That of the running stack, or of the stack that would run with these variables."""
    try:
        return find_address("lambda_endpoint", project.state).url
    except StackNotRunning:
        return f"http://{LOOPBACK}:{Ports.from_environment(os.environ).lambda_endpoint}"


def _audiences(project: Project) -> list[str]:
    """All that authorizers of the template ask for, so that one token opens every route."""
    application = load_project(project)
    guards = [route.guard for api in application.apis for route in api.routes]
    named = [
        audience
        for guard in guards
        if isinstance(guard.authorizer, JwtAuthorizer)
        for audience in guard.authorizer.audience
    ]
    return [*dict.fromkeys(named)]


TOKEN = Command("token", "print a token that the stack's authorizers take", _token, _configure)
