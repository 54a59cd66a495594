"""All services behind one WSGI application: S3 of our own, and moto for what is not S3."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.delivery import Delivery
from samulator.servers.aws.observer import S3Observer
from samulator.servers.aws.own_pages import OwnPagesOnly
from samulator.servers.aws.s3.application import s3_application
from samulator.servers.aws.s3.edge import S3Edge
from samulator.servers.aws.s3.request import is_for_s3
from samulator.servers.aws.services import service_application
from samulator.servers.aws.subscriptions import Subscriptions

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def application(config: AwsConfig) -> "WSGIApplication":
    """Answers every service; what a service needs is imported when it is first asked."""
    reports = [Subscriptions(config.region).report]
    if config.lambda_url is not None:
        reports.append(Delivery(config).report)
    s3 = S3Edge(S3Observer(s3_application, reports))
    others: WSGIApplication = DomainDispatcherApplication(service_application)  # type: ignore[arg-type]

    def by_service(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        serve = s3 if is_for_s3(environ) else others
        return serve(environ, start_response)

    return OwnPagesOnly(by_service)
