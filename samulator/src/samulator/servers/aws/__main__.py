"""The process of AWS's services: `python -m samulator.servers.aws --port 4566 --config FILE`."""

import argparse
import logging
import signal
import sys
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from markupsafe import escape
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from samulator.http.server.own_errors import OwnErrors
from samulator.servers.aws.application import application
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.resources.api import LocalApi
from samulator.servers.aws.resources.create import create_resources
from samulator.servers.aws.resources.problems import Problems
from samulator.servers.aws.resources.second_wave import SecondWave
from samulator.servers.aws.resources.waves import in_waves

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def main() -> None:
    """Serves until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m samulator.servers.aws", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, _exit)

    config = AwsConfig.read(arguments.config)
    served = _with_resources(config, arguments)
    # Listens from here on, so that whoever is answered finds the resources.
    server = make_server(
        arguments.host,
        arguments.port,
        served,
        threaded=True,
        request_handler=_KeepAliveHandler,
    )
    server.serve_forever()


def _with_resources(config: AwsConfig, arguments: argparse.Namespace) -> "WSGIApplication":
    """The services, with what functions may call at once."""
    served = application(config, f"http://{arguments.host}:{arguments.port}")
    api = LocalApi(served, config.region)
    first, later = in_waves(config.resources, iam=bool(config.callers))
    problems = Problems(arguments.config)
    problems.write(create_resources(first, api), is_all=not later)
    if not later:
        return served

    def make_later() -> None:
        problems.write(create_resources(later, api), is_all=True)

    return SecondWave(served, make_later)


class _KeepAliveHandler(OwnErrors, MotoRequestHandler):
    """Keeps connections open between requests, as S3 does, and words errors as S3 does."""

    error_content_type = "application/xml"

    def word_error(self, status: HTTPStatus, problem: str) -> str:
        """The error of a request that never reaches S3."""
        code = status.name.title().replace("_", "")
        return f"<Error><Code>{code}</Code><Message>{escape(problem)}</Message></Error>"


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
