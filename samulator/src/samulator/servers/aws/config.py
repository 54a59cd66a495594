"""What the process of AWS's services is told: what to make, what to notify, and where to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from samulator.servers.aws.emr_serverless.settings import JobSettings
from samulator.servers.aws.iam.callers import Caller
from samulator.template.model import Resource, S3Trigger
from samulator.template.names import ACCOUNT, DEFAULT_REGION

ACCOUNT_ID = ACCOUNT


@dataclass(frozen=True)
class AwsConfig:
    """`lambda_url` is the Lambda endpoint that takes the events, None to fire nothing.

    `resources` are made before the first request is answered, in this order. Calls of `callers`
    are judged by the policies of their roles. `folder` is where what they store is kept, None to
    keep it in memory. `jobs` is how job runs of EMR Serverless become processes. A process that
    `starts_when_called` waits for its first caller before it makes anything. `doors` are the
    URLs of the template's APIs by their ids, `stages` their stages, `hosts` what API destinations
    may ask besides this machine.
    """

    triggers: tuple[S3Trigger, ...] = ()
    lambda_url: str | None = None
    region: str = DEFAULT_REGION
    resources: tuple[Resource, ...] = ()
    callers: tuple[Caller, ...] = ()
    folder: str | None = None
    jobs: JobSettings = field(default_factory=JobSettings)
    doors: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    starts_when_called: bool = False

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # YAML reads a policy's Version as a date.
        path.write_text(json.dumps(asdict(self), default=str))

    @classmethod
    def read(cls, path: Path) -> "AwsConfig":
        values: Mapping[str, Any] = json.loads(path.read_text())
        return cls(
            triggers=tuple(
                S3Trigger(**{**trigger, "events": tuple(trigger["events"])})
                for trigger in values["triggers"]
            ),
            lambda_url=values["lambda_url"],
            region=values["region"],
            resources=tuple(Resource(**resource) for resource in values["resources"]),
            callers=tuple(Caller(**caller) for caller in values["callers"]),
            folder=values["folder"],
            jobs=JobSettings.of(values["jobs"]),
            doors=values["doors"],
            stages=values["stages"],
            hosts=tuple(values["hosts"]),
        )
