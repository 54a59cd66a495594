"""What the S3 and SQS process is told: which notifications to fire, and where to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from samulator.template.model import S3Trigger

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True)
class AwsConfig:
    """`lambda_url` is the Lambda endpoint that takes the events, None to fire nothing."""

    triggers: tuple[S3Trigger, ...] = ()
    lambda_url: str | None = None
    region: str = REGION

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self)))

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
        )
