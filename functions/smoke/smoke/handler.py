"""The Lambda entry that CodeDeploy calls before the first request reaches a new version."""

import logging
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from smoke.api import check_api
from smoke.etl import check_etl
from smoke.settings import Settings, SettingsError, load_settings
from smoke.versions import Functions, Unfit, Version

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# A first start in the network takes some seconds; a version that needs more is not released.
_TO_LAMBDA = Config(connect_timeout=2, read_timeout=25, retries={"total_max_attempts": 1})
_TO_CODEDEPLOY = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 4})

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, str]:
    """Tries both new versions and tells CodeDeploy, which lets requests in or goes back.

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
    api, etl = Version.read(settings.api_version), Version.read(settings.etl_version)
    old_api, old_etl = (functions.live(each) if is_release else None for each in (api, etl))
    if not _goes_back(api, old_api):
        before = partial(functions.invoke, old_api) if old_api else None
        check_api(partial(functions.invoke, api), before, name)
    if not _goes_back(etl, old_etl):
        check_etl(partial(functions.invoke, etl), settings.landing_bucket, name)


def _goes_back(candidate: Version, live: Version | None) -> bool:
    """What took requests before takes them again: a rollback must not depend on a check."""
    numbers = (candidate.number, live.number if live else "")
    return all(map(str.isdecimal, numbers)) and int(numbers[0]) <= int(numbers[1])
