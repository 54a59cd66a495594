"""Versions of functions: which one takes requests now, and what one answers to an event."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

ALIAS = "live"
# Of a version that was published a moment ago, and of a role that was made then.
_NOT_YET = {
    "AccessDeniedException",
    "EC2ThrottledException",
    "ENINotReadyException",
    "ResourceConflictException",
    "ResourceNotReadyException",
    "ServiceException",
    "TooManyRequestsException",
}
_PAUSE_SECONDS = 5.0


class Unfit(Exception):
    """The version must get no requests; the message says why and holds nobody's data."""


@dataclass(frozen=True)
class Version:
    """One published version: the function's ARN, and its number behind it."""

    function: str
    number: str

    @classmethod
    def read(cls, arn: str) -> "Version":
        """Locally a name without a number, as nothing is published there."""
        head, _, last = arn.rpartition(":")
        return cls(head, last) if last.isdecimal() else cls(arn, "")

    @property
    def name(self) -> str:
        """For messages: the function's own name and the number."""
        return f"{self.function.rpartition(':')[2]}:{self.number or '$LATEST'}"


@dataclass(frozen=True)
class Functions:
    """Invokes versions through a client of Lambda; `seconds_left` until this function is stopped.

    A call that cannot be answered yet is made again. None begins with less than `spare_seconds`:
    what was found has to be told before the end.
    """

    client: Any
    seconds_left: Callable[[], float]
    spare_seconds: float = 40.0
    pause: Callable[[float], None] = field(default=time.sleep)

    def live(self, version: Version) -> Version | None:
        """The version of the same function that takes requests now; None before the first."""
        try:
            alias = self.client.get_alias(FunctionName=version.function, Name=ALIAS)
        except self.client.exceptions.ResourceNotFoundException:
            return None
        return Version(version.function, str(alias["FunctionVersion"]))

    def invoke(self, version: Version, event: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        """What the version returns. Raises Unfit."""
        qualifier = {"Qualifier": version.number} if version.number else {}
        code = "no time is left"
        while self.seconds_left() > self.spare_seconds:
            try:
                return _payload(
                    version,
                    self.client.invoke(
                        FunctionName=version.function, Payload=json.dumps(event), **qualifier
                    ),
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in _NOT_YET:
                    raise Unfit(f"{version.name} cannot be invoked: {code}") from error
                self.pause(_PAUSE_SECONDS)
            except BotoCoreError as error:
                raise Unfit(f"{version.name} does not answer: {type(error).__name__}") from error
        raise Unfit(f"{version.name} cannot be invoked: {code}")


def _payload(version: Version, answer: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        kind = payload.get("errorType") if isinstance(payload, dict) else None
        raise Unfit(f"{version.name} failed: {kind or answer['FunctionError']}")
    return payload
