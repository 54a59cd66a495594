"""What an authorizer decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HttpRequest


class Refusal(Enum):
    """Why nobody gets in, by API Gateway's names of its responses."""

    UNAUTHORIZED = "UNAUTHORIZED"
    ACCESS_DENIED = "ACCESS_DENIED"
    EXPLICITLY_DENIED = "EXPLICITLY_DENIED"
    AUTHORIZER_FAILURE = "AUTHORIZER_FAILURE"
    AUTHORIZER_CONFIGURATION_ERROR = "AUTHORIZER_CONFIGURATION_ERROR"
    INVALID_API_KEY = "INVALID_API_KEY"


class Denied(Exception):
    """The request goes no further; the message is for the terminal.

    `challenge` is what www-authenticate says after "Bearer", if anything.
    """

    def __init__(self, refusal: Refusal, problem: str, challenge: str = "") -> None:
        super().__init__(problem)
        self.refusal = refusal
        self.challenge = challenge


class GrantedBy(Enum):
    """Which kind of authorizer let a request in: events show each in another way."""

    NOTHING = "nothing"
    LAMBDA = "lambda"
    JWT = "jwt"
    COGNITO = "cognito"
    IAM = "iam"


@dataclass(frozen=True)
class Grant:
    """Who is let in: the context of a Lambda authorizer or the claims of a token.

    `scopes` are those of the route that the token has, None where the route asks for none.
    `key` is the API key that an authorizer stands for.
    """

    by: GrantedBy = GrantedBy.NOTHING
    values: Mapping[str, Any] = field(default_factory=dict)
    principal: str | None = None
    scopes: list[str] | None = None
    key: str | None = None


@dataclass(frozen=True)
class Asked:
    """A request at its route. `event` makes its event in a payload format, without the body.

    `path` is the request's, `route_key` the route's.
    """

    request: HttpRequest
    place: Place
    path: str
    route_key: str
    event: Callable[[str], dict[str, Any]]

    @property
    def method_arn(self) -> str:
        """Return the ARN that a policy has to allow."""
        return self.place.method_arn(self.request.method, self.path)
