"""What EventBridge tells of job runs.

Shape: Amazon EMR Serverless User Guide, "Automating EMR Serverless with Amazon EventBridge".
"""

from collections.abc import Mapping
from typing import Any, Final

_SOURCE: Final = "aws.emr-serverless"
_KIND: Final = "EMR Serverless Job Run State Change"
_FAILED: Final = ("FAILED", "CANCELLED")


def is_of_job_runs(event: Mapping[str, Any]) -> bool:
    return event.get("source") == _SOURCE


def failed_run(event: Mapping[str, Any]) -> str | None:
    """The id of the run that failed or was cancelled; None for any other news."""
    detail = event["detail"]
    if event.get("detail-type") != _KIND or detail["state"] not in _FAILED:
        return None
    run_id: str = detail["jobRunId"]
    return run_id
