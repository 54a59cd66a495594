"""Which API, at which stage, a request came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from samulator.template.names import ACCOUNT


@dataclass(frozen=True)
class Place:
    """One API's stage, as events and ARNs name it."""

    api_id: str
    stage: str = "$default"
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    region: str = "us-east-1"
    account: str = ACCOUNT

    def staged(self, path: str) -> str:
        """Return the path below the stage's URL, as API Gateway names it."""
        return path if self.stage == "$default" else f"/{self.stage}{path}"

    def method_arn(self, method: str, path: str) -> str:
        """Return the ARN that policies of authorizers allow or deny."""
        api = f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}"
        return f"{api}/{self.stage}/{method}/{path.removeprefix('/')}"
