"""The Lambda entry: S3 events in, one result per object out; and news of Spark job runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging import utils as logging_utils
from aws_lambda_powertools.metrics import MetricUnit

from etl.emr.events import failed_run, is_of_job_runs
from etl.emr.runs import EmrRuns, emr_client
from etl.emr.submission import Application
from etl.failure import describe, presentable
from etl.job import Job
from etl.publication.precedence import Result
from etl.report.model import CLEANED, Findings
from etl.s3.client import s3_client
from etl.s3.events import Notification, messages, notifications
from etl.s3.landing import Landing
from etl.s3.processed import Processed
from etl.settings import SHARED, Settings
from etl.tracing import span

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# What failed: the queue's message, None for a direct event, and why.
Failures = list[tuple[str | None, Exception]]

_COUNTS = ("rows_in", "rows_out", "duplicates", "rejected")

logger = Logger()
logging_utils.copy_config_to_registered_loggers(source_logger=logger, include={"etl"})


@cache
def job() -> Job:
    """Built on the first event, so that a wrong environment fails that event with its name."""
    settings = Settings()  # type: ignore[call-arg] # the environment fills it
    s3 = s3_client(settings.aws_endpoint_url)
    return Job(
        Landing(s3),
        lambda prefix: Processed(s3, settings.processed_bucket, prefix),
        settings,
        _runs(settings),
    )


def _runs(settings: Settings) -> EmrRuns | None:
    if not settings.spark_application_id:
        return None
    application = Application(
        id=settings.spark_application_id,
        role_arn=settings.spark_job_role_arn,
        artifacts=settings.spark_artifacts,
        log_group=settings.spark_log_group,
        environment={name: os.environ.get(name, "") for name in SHARED},
    )
    client = emr_client(settings.aws_endpoint_url)
    return EmrRuns(client, application, settings.processed_bucket)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    """Clean every object the event names.

    One failed object or unreadable message does not stop the others. Messages of SQS are failed
    one by one; for any other source the first error is raised at the end and Lambda retries the
    event, which is free for the objects that are done.
    """
    if is_of_job_runs(event):
        return _told_of_job_run(event)
    results: list[Result] = []
    failures: Failures = []
    for message in messages(event):
        with _collecting(failures, message.id):
            for news in notifications(message):
                names = {"bucket": news.bucket, "key": news.key, "version_id": news.version_id}
                with logger.append_context_keys(**names), _collecting(failures, message.id):
                    results.append(_run(news))
    if results:
        count(results)
    return _answer(results, failures)


def _run(news: Notification) -> Result:
    with span("file") as told:
        result = job().run(news)
        told["annotations"] = {"status": result.status}
    return result


def _told_of_job_run(event: dict[str, Any]) -> dict[str, Any]:
    failures: Failures = []
    results: list[Result] = []
    with _collecting(failures, None):
        run_id = failed_run(event)
        if run_id is not None:
            results.append(job().fail(run_id))
            count(results)
    return _answer(results, failures)


@contextmanager
def _collecting(failures: Failures, message_id: str | None) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - told at the end, when the others are done
        logger.error("Failed", extra=describe(error) | {"message_id": message_id})
        failures.append((message_id, error))


def _answer(results: list[Result], failures: Failures) -> dict[str, Any]:
    for message_id, error in failures:
        if message_id is None:
            raise presentable(error)
    named = dict.fromkeys(message_id for message_id, _ in failures)
    return {
        "results": [summary(result) for result in results],
        "batchItemFailures": [{"itemIdentifier": message_id} for message_id in named],
    }


def summary(result: Result) -> dict[str, Any]:
    """One object's part of the answer."""
    answer: dict[str, Any] = {"key": result.key, "status": result.status}
    report = result.report
    if report and report.findings:
        answer |= report.findings.model_dump(include=set(_COUNTS))
    if report and report.warnings:
        answer["warnings"] = [warning.code for warning in report.warnings]
    if report and report.refusal:
        answer["refusal"] = report.refusal.model_dump()
    return answer


def count(results: list[Result]) -> None:
    """Metrics an alarm can watch: files by outcome, rows, lost files, shared prefixes."""
    metrics = Metrics()
    for result in results:
        metrics.add_metric(f"Files_{result.status}", MetricUnit.Count, 1)
        if result.shared_with:
            metrics.add_metric("SharedPrefix", MetricUnit.Count, 1)
        if result.status in CLEANED and result.report and result.report.findings:
            _count_rows(metrics, result.key, result.report.findings)
    metrics.flush_metrics()


def _count_rows(metrics: Metrics, key: str, findings: Findings) -> None:
    for name in _COUNTS:
        metrics.add_metric(name, MetricUnit.Count, getattr(findings, name))
    if findings.is_empty:
        with logger.append_context_keys(key=key):
            logger.error("%s: none of the %d rows is left", key, findings.rows_in)
        metrics.add_metric("ZeroRowsOut", MetricUnit.Count, 1)
