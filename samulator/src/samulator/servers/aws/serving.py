"""Serves AWS's services on a socket that listens already."""

import logging
import socket
import sys
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import escape
from moto.moto_server.werkzeug_app import MotoRequestHandler

from samulator.http.server.own_errors import OwnErrors
from samulator.servers.aws.application import application
from samulator.servers.aws.bounded_server import BoundedServer
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.resources.create import create_resources
from samulator.servers.aws.resources.declared_later import DeclaredLater
from samulator.servers.aws.resources.local_api import LocalApi
from samulator.servers.aws.resources.problem import Problem
from samulator.servers.aws.resources.problems import Problems
from samulator.servers.aws.resources.second_wave import SecondWave
from samulator.servers.aws.resources.waves import in_waves
from samulator.sqlite_file import FileUnusable

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def serve(listening: socket.socket, config_file: Path) -> None:
    """Make what the config declares, then answer until the process is told to exit.

    Nobody is answered before the resources are there.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    host, port = listening.getsockname()[:2]
    url = f"http://{host}:{port}"
    try:
        served = _with_resources(AwsConfig.read(config_file), config_file, url)
    except (FileUnusable, OSError) as error:
        sys.exit(str(error))
    server = BoundedServer(host, port, served, _KeepAliveHandler, fd=listening.fileno())
    server.serve_forever()


def _with_resources(config: AwsConfig, config_file: Path, url: str) -> "WSGIApplication":
    """The services, with what functions may call at once; raises FileUnusable and OSError."""
    served, storage = application(config, url)
    api = LocalApi(served, config.region)
    first, later = in_waves(config.resources, iam=bool(config.callers))
    problems = Problems(config_file)
    iam = bool(config.callers)
    problems.write(_worth_a_line(create_resources(first, api), iam=iam), is_all=not later)
    if storage is not None:
        storage.restore(served)
    complete = DeclaredLater(served, api)
    if not later:
        return complete

    def make_later() -> None:
        problems.write(_worth_a_line(create_resources(later, api), iam=iam), is_all=True)

    return SecondWave(complete, make_later)


def _worth_a_line(problems: Iterable[Problem], *, iam: bool) -> list[Problem]:
    """Without --iam a role that lacks a policy refuses nobody: `samulator check` tells it alone."""
    return [
        each
        for each in problems
        if iam or not (each.is_there and each.resource.type.startswith("AWS::IAM::"))
    ]


class _KeepAliveHandler(OwnErrors, MotoRequestHandler):
    """Keeps connections open between requests, as S3 does, and words errors as S3 does."""

    error_content_type = "application/xml"
    # For each piece of a request, and for the next request: a silent client holds a thread.
    timeout = 60

    def handle_expect_100(self) -> bool:
        """werkzeug would say it once more."""
        goes_on = super().handle_expect_100()
        del self.headers["Expect"]
        return goes_on

    def word_error(self, status: HTTPStatus, problem: str) -> str:
        """The error of a request that never reaches S3."""
        code = status.name.title().replace("_", "")
        return f"<Error><Code>{code}</Code><Message>{escape(problem)}</Message></Error>"
