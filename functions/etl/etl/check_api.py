"""The Lambda entry of `/datasets/checks` and `/datasets/descriptions`."""

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import Field
from pydantic_settings import BaseSettings

from etl.checks.answer import Answer
from etl.checks.operations import methods_of, operation_of
from etl.checks.problem import Problem
from etl.checks.request import Request
from etl.failure import describe
from etl.s3.client import s3_client
from etl.s3.descriptions import Descriptions
from etl.warning_settings import WarningSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

_RETRY: Final = {"Retry-After": "2"}


class CheckSettings(BaseSettings, WarningSettings):
    """The environment of DatasetCheckFunction."""

    landing_bucket: str = Field(min_length=3)
    auth_required: bool
    aws_endpoint_url: str = ""


@cache
def _settings() -> CheckSettings:
    return CheckSettings()  # type: ignore[call-arg] # the environment fills it


@cache
def _store() -> Descriptions:
    settings = _settings()
    return Descriptions(s3_client(settings.aws_endpoint_url), settings.landing_bucket)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer a request of an HTTP API (payload version 2.0); every error is a problem."""
    request = Request(event, str(getattr(context, "aws_request_id", "")))
    try:
        answer = _answered(request)
    except Problem as problem:
        answer = problem.answer(request.id)
    except (BotoCoreError, ClientError) as error:
        logger.error("storage unavailable", extra=describe(error))
        detail = "The buckets cannot be reached right now."
        answer = Problem(503, "unavailable", detail, headers=_RETRY).answer(request.id)
    except Exception as error:  # noqa: BLE001 - the caller gets its id, the log the rest
        logger.error("unhandled error", extra=describe(error))
        detail = "An unexpected error happened; it has been logged."
        answer = Problem(500, "", detail).answer(request.id)
    if request.route[0] == "HEAD":
        answer["body"] = ""
    logger.info("request", extra=request.told(answer["statusCode"]))
    return answer


def _answered(request: Request) -> dict[str, Any]:
    """Raises Problem."""
    methods = methods_of(request)
    if request.route[0] == "OPTIONS":
        return Answer(204, headers={"Allow": ", ".join(methods)}).event(request.id)
    operation = operation_of(request, methods)
    request.authorize(operation.scope, required=_settings().auth_required)
    return operation.answer(_store(), request, _settings().limits).event(request.id)
