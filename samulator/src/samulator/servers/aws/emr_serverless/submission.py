"""A job run as it was submitted, read from the body of StartJobRun.

Shape: Amazon EMR Serverless API Reference, StartJobRun.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_DRIVER = "spark.emr-serverless.driverEnv."
_REQUIRED = ("clientToken", "executionRoleArn", "jobDriver")
_MOST_ATTEMPTS = 10
# AWS's default: half a day.
_MINUTES = 720


class InvalidSubmission(ValueError):
    """AWS would refuse it as a ValidationException; the message says why."""


@dataclass(frozen=True)
class Submission:
    """`body` is what GetJobRun repeats. `environment` is the driver's, by the job's settings."""

    body: Mapping[str, Any]
    token: str
    role_arn: str
    entry_point: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    most_attempts: int
    minutes: int


def read_submission(body: Mapping[str, Any]) -> Submission:
    """Raises InvalidSubmission."""
    for name in _REQUIRED:
        if not body.get(name):
            raise InvalidSubmission(f"{name} is missing")
    driver = body["jobDriver"].get("sparkSubmit")
    if driver is None:
        raise InvalidSubmission("jobs of Spark run here, those of Hive do not")
    if not str(driver.get("entryPoint") or "").endswith(".py"):
        raise InvalidSubmission(f"{driver.get('entryPoint')!r} is no program of Python")
    attempts = (body.get("retryPolicy") or {}).get("maxAttempts", 1)
    if not 1 <= attempts <= _MOST_ATTEMPTS:
        raise InvalidSubmission(f"retryPolicy.maxAttempts is not 1 to {_MOST_ATTEMPTS}")
    return Submission(
        body=body,
        token=str(body["clientToken"]),
        role_arn=str(body["executionRoleArn"]),
        entry_point=str(driver["entryPoint"]),
        arguments=tuple(map(str, driver.get("entryPointArguments") or ())),
        environment=dict(_environment(str(driver.get("sparkSubmitParameters") or ""))),
        most_attempts=int(attempts),
        minutes=int(body.get("executionTimeoutMinutes") or _MINUTES),
    )


def _environment(parameters: str) -> Iterator[tuple[str, str]]:
    """The variables among the settings `--conf name=value`."""
    try:
        words = shlex.split(parameters)
    except ValueError as error:
        raise InvalidSubmission(f"sparkSubmitParameters: {error}") from error
    for flag, setting in pairwise(words):
        name, _, value = setting.partition("=")
        if flag == "--conf" and name.startswith(_DRIVER):
            yield name.removeprefix(_DRIVER), value
