"""The Lambda entry that CodeDeploy calls before the first request reaches a new version."""

import logging
import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from smoke.api import Invoke, check_api
from smoke.datasets import check_missing
from smoke.etl import check_etl
from smoke.settings import Settings, SettingsError, load_settings
from smoke.versions import Functions, Unfit, Version

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# A first start in the network takes some seconds; a version that needs more is not released.
_TO_LAMBDA = Config(connect_timeout=2, read_timeout=25, retries={"total_max_attempts": 1})
_TO_CODEDEPLOY = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 4})

# Of a new version, and of the one that takes requests now; raises Unfit.
Check = Callable[[Invoke, Invoke | None], None]

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, str]:
    """Tries the new versions and tells CodeDeploy, which lets requests in or goes back.

    Invoked by hand, with an event without a DeploymentId, it tries what runs and only answers.
    """
    is_release = "DeploymentId" in event
    fault = _fault(context, is_release=is_release)
    if fault:
        logger.error("The release is stopped: %s", fault)
    status = "Failed" if fault else "Succeeded"
    if is_release:
        boto3.client("codedeploy", config=_TO_CODEDEPLOY).put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
    return {"status": status, "fault": fault}


def _fault(context: "LambdaContext", *, is_release: bool) -> str:
    """Why the release must get no requests; empty if it may."""
    try:
        settings = load_settings()
        client = boto3.client("lambda", endpoint_url=settings.aws_endpoint_url, config=_TO_LAMBDA)
        functions = Functions(client, lambda: context.get_remaining_time_in_millis() / 1000)
        _try_versions(settings, functions, is_release=is_release)
    except (Unfit, SettingsError) as fault:
        return str(fault)
    except Exception as error:
        # Told nothing, CodeDeploy would wait for an hour.
        logger.exception("The release could not be tried")
        return f"It could not be tried: {type(error).__name__}"
    return ""


def _try_versions(settings: Settings, functions: Functions, *, is_release: bool) -> None:
    """Raises Unfit, and what boto3 raises."""
    name = f"release-check-{uuid.uuid4().hex}"
    missing, query = f"/datasets/{name}", {"sql": "SELECT 1"}
    checks: tuple[tuple[str, Check], ...] = (
        (settings.api_version, lambda new, old: check_api(new, old, name)),
        (settings.etl_version, lambda new, _: check_etl(new, settings.landing_bucket, name)),
        (settings.datasets_version, lambda new, old: check_missing(new, old, "GET", missing)),
        (
            settings.query_version,
            lambda new, old: check_missing(new, old, "POST", f"{missing}/query", query),
        ),
        (
            settings.check_version,
            lambda new, old: check_missing(
                new, old, "POST", "/datasets/checks", {"key": f"{name}.csv"}
            ),
        ),
    )
    for arn, check in checks:
        version = Version.read(arn)
        live = functions.live(version) if is_release else None
        if not _goes_back(version, live):
            before = partial(functions.invoke, live) if live else None
            check(partial(functions.invoke, version), before)


def _goes_back(candidate: Version, live: Version | None) -> bool:
    """What took requests before takes them again: a rollback must not depend on a check."""
    numbers = (candidate.number, live.number if live else "")
    return all(map(str.isdecimal, numbers)) and int(numbers[0]) <= int(numbers[1])
