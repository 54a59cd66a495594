"""Starts runs of the Spark job and asks for them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from etl.emr.submission import Application, start_request
from etl.report.model import PublishedReport

if TYPE_CHECKING:
    from mypy_boto3_emr_serverless import EMRServerlessClient

_ENDED: Final = ("SUCCESS", "FAILED", "CANCELLED")
# AWS forgets runs after some weeks.
_UNKNOWN: Final = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run as AWS tells of it: what it was told to clean, under which claim, and how it ended."""

    id: str
    state: str
    details: str
    key: str
    claim_id: str


class EmrRuns:
    """Errors of AWS pass through, for the caller to retry."""

    def __init__(
        self, client: "EMRServerlessClient", application: Application, processed_bucket: str
    ) -> None:
        self._client = client
        self._application = application
        self._processed_bucket = processed_bucket

    def start(self, claimed: PublishedReport) -> str:
        """The id of the run for this claim; asked again, AWS gives that of the same run."""
        request = start_request(self._application, claimed, self._processed_bucket)
        started = self._client.start_job_run(**request)
        return started["jobRunId"]

    def is_active(self, run_id: str) -> bool:
        """Whether it waits or works; one that AWS does not know any more does neither."""
        try:
            got = self._client.get_job_run(applicationId=self._application.id, jobRunId=run_id)
        except ClientError as error:
            if error.response["Error"]["Code"] == _UNKNOWN:
                return False
            raise
        return got["jobRun"]["state"] not in _ENDED

    def ended(self, run_id: str) -> EndedRun:
        """What became of a run of ours."""
        got = self._client.get_job_run(applicationId=self._application.id, jobRunId=run_id)
        run = got["jobRun"]
        given = run["jobDriver"]["sparkSubmit"]["entryPointArguments"]
        arguments = dict(zip(given[::2], given[1::2], strict=True))
        return EndedRun(
            run_id, run["state"], run["stateDetails"], arguments["--key"], arguments["--claim"]
        )


def emr_client(endpoint_url: str = "") -> "EMRServerlessClient":
    """AWS itself, or a local server; with explicit limits on every wait."""
    config = Config(
        connect_timeout=3,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 4},
    )
    return boto3.client("emr-serverless", endpoint_url=endpoint_url or None, config=config)
