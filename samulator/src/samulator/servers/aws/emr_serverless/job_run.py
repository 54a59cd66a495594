"""A job run: its state, what it tells of itself, and the events of its changes.

Shapes: Amazon EMR Serverless API Reference, JobRun; User Guide, "Automating EMR Serverless with
Amazon EventBridge".
"""

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.emr_serverless.submission import Submission

ENDED = ("SUCCESS", "FAILED", "CANCELLED")
_LONGEST_DETAILS = 256


@dataclass(frozen=True)
class JobApplication:
    """An application of EMR Serverless that the template declares."""

    id: str
    release: str
    region: str

    def arn(self, run_id: str) -> str:
        """Of one of its runs."""
        place = f"arn:aws:emr-serverless:{self.region}:{ACCOUNT_ID}:"
        return f"{place}/applications/{self.id}/jobruns/{run_id}"


@dataclass
class JobRun:
    """Changed under its lock; `tell` gets the event of each change."""

    id: str
    application: JobApplication
    submission: Submission
    created_by: str
    tell: Callable[[Mapping[str, Any]], None]
    state: str = "SUBMITTED"
    details: str = "the run was submitted"
    attempt: int = 1
    is_cancelled: threading.Event = field(default_factory=threading.Event)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    def change(self, state: str, details: str) -> None:
        """Nothing changes what has ended."""
        with self._lock:
            if self.has_ended or state == self.state:
                return
            before, self.state, self.updated_at = self.state, state, datetime.now(UTC)
            self.details = " ".join(details.split())[:_LONGEST_DETAILS] or state
            changed = self._event("State Change", {"state": state, "previousState": before})
        self.tell(changed)

    def retry(self, details: str) -> None:
        """The next attempt, which is the same run to whoever asks."""
        with self._lock:
            self.attempt += 1
            self.updated_at = datetime.now(UTC)
            self.details = details
            repeated = self._event("Retry", {"attempt": str(self.attempt)})
        self.tell(repeated)

    def cancel(self) -> None:
        """Whoever runs it sees it and ends it."""
        self.is_cancelled.set()
        self.change("CANCELLING", "CancelJobRun was called")

    def described(self) -> dict[str, Any]:
        """As GetJobRun answers; moments in seconds."""
        with self._lock:
            given = self.submission.body
            said = {name: given[name] for name in _REPEATED if name in given}
            return {
                **said,
                "applicationId": self.application.id,
                "jobRunId": self.id,
                "arn": self.application.arn(self.id),
                "createdBy": self.created_by,
                "createdAt": self.created_at.timestamp(),
                "updatedAt": self.updated_at.timestamp(),
                "executionRole": self.submission.role_arn,
                "executionTimeoutMinutes": self.submission.minutes,
                "state": self.state,
                "stateDetails": self.details,
                "releaseLabel": self.application.release,
                "attempt": self.attempt,
                "tags": given.get("tags") or {},
            }

    def _event(self, what: str, more: Mapping[str, str]) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": f"EMR Serverless Job Run {what}",
            "source": "aws.emr-serverless",
            "account": ACCOUNT_ID,
            "time": f"{self.updated_at:%Y-%m-%dT%H:%M:%SZ}",
            "region": self.application.region,
            "resources": [],
            "detail": {
                "jobRunId": self.id,
                "applicationId": self.application.id,
                "arn": self.application.arn(self.id),
                "releaseLabel": self.application.release,
                **more,
                "createdBy": self.created_by,
                "updatedAt": f"{self.updated_at:%Y-%m-%dT%H:%M:%S.%fZ}",
                "createdAt": f"{self.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
            },
        }


_REPEATED = ("name", "jobDriver", "configurationOverrides", "retryPolicy", "mode")
