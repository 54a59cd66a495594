"""What a job run is told: its program, its arguments, its variables and its size."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from etl.report.model import PublishedReport

if TYPE_CHECKING:
    from mypy_boto3_emr_serverless.type_defs import StartJobRunRequestTypeDef

# AWS repeats a run that ended badly so often; batch runs are not repeated by default.
_MOST_ATTEMPTS: Final = 3
# The default is half a day. 100 GB take minutes.
_MOST_MINUTES: Final = 240
# Where the archive is unpacked, beside the program; a zip could not be digested file by file.
_UNPACKED: Final = "application"
# 64 processors for the rows and four for the driver, which only waits and adds up.
_SIZE: Final = {
    "spark.driver.cores": "4",
    "spark.driver.memory": "12g",
    "spark.executor.cores": "4",
    "spark.executor.memory": "12g",
    "spark.dynamicAllocation.maxExecutors": "16",
}


@dataclass(frozen=True, slots=True)
class Application:
    """An application of EMR Serverless, whose role its runs have, and where the program is.

    `artifacts` is a folder, `s3://bucket/folder/`, of entry.py and application.zip; a release has
    its own, so that it stands for the job's code. `environment` is the function's own.
    """

    id: str
    role_arn: str
    artifacts: str
    log_group: str
    environment: Mapping[str, str]


def start_request(
    application: Application, claimed: PublishedReport, processed_bucket: str
) -> "StartJobRunRequestTypeDef":
    """The call that starts the run which concludes this claim."""
    source = claimed.source
    return {
        "applicationId": application.id,
        "clientToken": client_token(claimed, application.artifacts),
        "executionRoleArn": application.role_arn,
        "name": f"sales-etl-{claimed.claim_id}",
        "executionTimeoutMinutes": _MOST_MINUTES,
        "retryPolicy": {"maxAttempts": _MOST_ATTEMPTS},
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": f"{application.artifacts}entry.py",
                "entryPointArguments": [
                    *("--source-bucket", source.bucket, "--key", source.key),
                    *(("--version-id", source.version_id) if source.version_id else ()),
                    *("--etag", source.etag, "--processed-bucket", processed_bucket),
                    *("--claim", str(claimed.claim_id)),
                ],
                "sparkSubmitParameters": " ".join(_parameters(application)),
            }
        },
        "configurationOverrides": {
            "monitoringConfiguration": {
                "cloudWatchLoggingConfiguration": {
                    "enabled": True,
                    "logGroupName": application.log_group,
                }
            }
        },
    }


def client_token(claimed: PublishedReport, artifacts: str) -> str:
    """By which AWS knows a repeated call: 64 characters, as many as it takes.

    It stands for one attempt to read one version in one way by one code, the job's included. The
    claim's id keeps apart what was claimed, lost and claimed again.
    """
    source, job = claimed.source, claimed.job
    parts = [
        *(source.bucket, source.key, source.version_id, source.etag, source.description_etag),
        *(claimed.code_version, artifacts, job.attempt if job else 1, claimed.claim_id),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _parameters(application: Application) -> Iterator[str]:
    # The archive is built for the Python that the function runs on.
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    variables = {
        **{name: text for name, text in application.environment.items() if text},
        "PYTHONPATH": f"./{_UNPACKED}",
        "PYSPARK_PYTHON": python,
    }
    settings = {
        **_SIZE,
        "spark.archives": f"{application.artifacts}application.zip#{_UNPACKED}",
        **{f"spark.emr-serverless.driverEnv.{name}": text for name, text in variables.items()},
        **{f"spark.executorEnv.{name}": text for name, text in variables.items()},
    }
    for name, text in settings.items():
        yield f"--conf {name}={text}"
