"""All services behind one WSGI application: S3 of our own, and moto for what is not S3."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from samulator.servers.aws.bucket_notifications import BucketNotifications
from samulator.servers.aws.cognito.pool_address import (
    PoolAddress,
    at_pool_address,
    is_for_user_pools,
)
from samulator.servers.aws.config import ACCOUNT_ID, AwsConfig
from samulator.servers.aws.delivery import Delivery
from samulator.servers.aws.emr_serverless.endpoint import (
    EmrServerless,
    declared_applications,
    is_for_emr_serverless,
)
from samulator.servers.aws.emr_serverless.job_process import JobProcess
from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.eventbridge.bus import EventBuses
from samulator.servers.aws.eventbridge.http_target import LocalApis
from samulator.servers.aws.fifo_queues import correct_fifo_queues, keep_groups_in_order
from samulator.servers.aws.lambda_calls import is_for_lambda, lambda_calls
from samulator.servers.aws.mail import MailLog, keep_mail
from samulator.servers.aws.notifications import ObjectChange
from samulator.servers.aws.observer import Record, S3Observer
from samulator.servers.aws.one_region import OneRegion
from samulator.servers.aws.own_pages import OwnPagesOnly
from samulator.servers.aws.parameters import import_parameters
from samulator.servers.aws.queue_attributes import tell_whole_seconds
from samulator.servers.aws.s3.application import s3_application
from samulator.servers.aws.s3.bucket_policy import judge_bucket_policies
from samulator.servers.aws.s3.edge import S3Edge
from samulator.servers.aws.s3.request import S3Request, is_for_s3
from samulator.servers.aws.services import service_application
from samulator.servers.aws.storage.storage import Storage

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def application(config: AwsConfig, url: str) -> tuple["WSGIApplication", Storage | None]:
    """Answers every service; what a service needs is imported when it is first asked.

    `url` is where all of it answers, for services that call others. The storage is to be told when
    the resources are made. Raises FileUnusable and OSError.
    """
    delivery = Delivery(config.lambda_url) if config.lambda_url is not None else None
    destinations = ApiDestinations(LocalApis(config.doors, config.stages), config.hosts)
    buses = EventBuses(delivery, destinations)
    buses.install()
    notifications = BucketNotifications(config, delivery, buses)
    notifications.install()
    judge_bucket_policies()
    storage = Storage(Path(config.folder), notifications) if config.folder else None
    correct_fifo_queues(storage.sqs.add if storage else None)
    keep_groups_in_order()
    tell_whole_seconds()
    record = storage.s3.record if storage else _telling(notifications)
    s3 = S3Edge(S3Observer(s3_application, record))

    keep_mail_once = cache(partial(_keep_mail, config.folder))
    prepare: Mapping[str, Callable[[], None]] = {
        "cognitoidp": partial(_change_user_pools, config),
        "firehose": partial(_keep_records_here, destinations),
        "dynamodb": partial(_correct_tables, config.region, storage),
        "ses": keep_mail_once,
        "sesv2": keep_mail_once,
        "sns": partial(_deliver_topics, delivery),
        "ssm": import_parameters,
        "stepfunctions": partial(_run_state_machines, url, config.lambda_url, destinations),
    }

    def on_first_request(service: str | None) -> "WSGIApplication":
        if service is not None and service in prepare:
            prepare[service]()
        app = service_application(service)
        return storage.tables.keeping(app) if storage and service == "dynamodb" else app

    others: WSGIApplication = DomainDispatcherApplication(on_first_request)  # type: ignore[arg-type]

    state = Path(config.folder).parent if config.folder else None
    pools = at_pool_address(others, config.region, state)
    functions = lambda_calls(config.lambda_url)
    jobs = EmrServerless(
        declared_applications(config.resources, config.region),
        JobProcess(config.jobs, url),
        buses.put,
        _job_credentials if config.callers else _no_credentials,
    )

    def by_service(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if is_for_lambda(environ):
            return functions(environ, start_response)
        if is_for_emr_serverless(environ):
            return jobs(environ, start_response)
        if is_for_user_pools(environ):
            return pools(environ, start_response)
        serve = s3 if is_for_s3(environ) else others
        return serve(environ, start_response)

    judged: WSGIApplication = _judged(by_service, config) if config.callers else by_service
    return PoolAddress(OwnPagesOnly(OneRegion(judged, config.region))), storage


def _telling(notifications: BucketNotifications) -> Record:
    def tell(_request: S3Request, _status: int, changes: Sequence[ObjectChange]) -> None:
        for change in changes:
            notifications.report(change)

    return tell


def _no_credentials(_role_arn: str, _run_id: str) -> Mapping[str, str]:
    return {}


def _job_credentials(role_arn: str, run_id: str) -> Mapping[str, str]:
    """Those of a session of its own, where roles are judged."""
    from moto.sts.models import sts_backends

    from samulator.servers.aws.iam.callers import Caller, let_assume

    caller = Caller(role_arn, f"emr-serverless-{run_id}")
    let_assume([caller], sts_backends[ACCOUNT_ID]["aws"])
    return caller.credentials


def _judged(app: "WSGIApplication", config: AwsConfig) -> "WSGIApplication":
    # It brings moto's IAM.
    from samulator.servers.aws.iam.gate import IamGate

    return IamGate(app, config)


def _change_user_pools(config: AwsConfig) -> None:
    # It brings moto's Cognito.
    from samulator.servers.aws.cognito.client_rules import keep_client_rules
    from samulator.servers.aws.cognito.readable_attributes import let_clients_read
    from samulator.servers.aws.cognito.triggers import call_triggers

    let_clients_read()
    if config.lambda_url is not None:
        file = _mail_file(config.folder)
        call_triggers(config.lambda_url, None if file is None else MailLog(file))
    # Around the triggers, which nobody calls for what is refused.
    keep_client_rules()


def _deliver_topics(delivery: Delivery | None) -> None:
    # It brings a library of cryptography, which takes longer to import than all else.
    from samulator.servers.aws.sns.fan_out import FanOut

    FanOut(delivery).install()


def _correct_tables(region: str, storage: Storage | None) -> None:
    from samulator.servers.aws.table_streams import correct_table_streams

    correct_table_streams(region)
    if storage is not None:
        storage.tables.watch()


def _keep_records_here(destinations: ApiDestinations) -> None:
    # It brings moto's Firehose.
    from samulator.servers.aws.delivery_streams import keep_records_here

    keep_records_here(destinations)


def _keep_mail(folder: str | None) -> None:
    keep_mail(_mail_file(folder))


def _mail_file(folder: str | None) -> Path | None:
    return Path(folder).parent / "logs" / "ses.log" if folder else None


def _run_state_machines(url: str, functions_url: str | None, destinations: ApiDestinations) -> None:
    # It brings a parser that takes a second to import.
    from samulator.servers.aws.step_functions.install import run_state_machines

    run_state_machines(url, functions_url, destinations)
