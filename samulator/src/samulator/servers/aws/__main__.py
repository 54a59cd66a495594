"""The S3 and SQS process: `python -m samulator.servers.aws --port 4566 --config FILE`."""

import argparse
import logging
import signal
import sys
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from markupsafe import escape
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from samulator.http.server.own_errors import OwnErrors
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.delivery import Delivery
from samulator.servers.aws.observer import S3Observer
from samulator.servers.aws.own_pages import OwnPagesOnly
from samulator.servers.aws.s3.application import s3_application
from samulator.servers.aws.s3.edge import S3Edge
from samulator.servers.aws.s3.request import is_for_s3
from samulator.servers.aws.subscriptions import Subscriptions

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


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
    server = make_server(
        arguments.host,
        arguments.port,
        _application(config),
        threaded=True,
        request_handler=_KeepAliveHandler,
    )
    server.serve_forever()


def _application(config: AwsConfig) -> "WSGIApplication":
    reports = [Subscriptions(config.region).report]
    if config.lambda_url is not None:
        reports.append(Delivery(config).report)
    s3 = S3Edge(S3Observer(s3_application, reports))
    others: WSGIApplication = DomainDispatcherApplication(create_backend_app)

    def by_service(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        serve = s3 if is_for_s3(environ) else others
        return serve(environ, start_response)

    return OwnPagesOnly(by_service)


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
