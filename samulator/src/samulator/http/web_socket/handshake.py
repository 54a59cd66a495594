"""Decides on a client that wants to connect: its stage, an authorizer, the route $connect.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
"""

import time
from dataclasses import dataclass
from http import HTTPStatus

from samulator.http.authorizers.context import rest_api_context
from samulator.http.authorizers.decision import Asked, Denied, Refusal
from samulator.http.authorizers.lambda_authorizer import LambdaAuthorizers
from samulator.http.gateway.request import HttpRequest
from samulator.http.web_socket.event import Happening, authorizer_event
from samulator.http.web_socket.integration import Integrations, NotIntegrated, Outcome
from samulator.template.model_http import LambdaAuthorizer
from samulator.template.model_web_socket import SocketRoute

# Who never answered $connect by a route of its own is let in.
_ACCEPTED = Outcome(200)
_DENIALS = {
    Refusal.UNAUTHORIZED: (401, "Unauthorized"),
    Refusal.ACCESS_DENIED: (403, "User is not authorized to access this resource"),
    Refusal.EXPLICITLY_DENIED: (
        403,
        "User is not authorized to access this resource with an explicit deny",
    ),
}
_FAILED = (500, "Internal server error")


class Refused(Exception):
    """The client does not get in: `status` and `told` are for it, the message for people."""

    def __init__(self, status: int, told: str, problem: str | None = None) -> None:
        super().__init__(problem or told)
        self.status = status
        self.told = told
        self.problem = problem


@dataclass(frozen=True)
class _AskedToConnect(Asked):
    """The route is a resource of its own in ARNs, without a method."""

    @property
    def method_arn(self) -> str:
        return self.place.method_arn(self.route_key, "").removesuffix("/")


class Handshake:
    """How one API lets clients in."""

    def __init__(
        self, route: SocketRoute | None, authorizers: LambdaAuthorizers, integrations: Integrations
    ) -> None:
        """`route` is the API's $connect, if it has one."""
        self._route = route
        self._authorizers = authorizers
        self._integrations = integrations

    @property
    def function(self) -> str | None:
        """Return the function that is asked, if one is."""
        return self._route.function if self._route else None

    async def decide(self, request: HttpRequest, happening: Happening) -> Outcome:
        """Return what let the client in. Raises Refused."""
        if self._route is None:
            return _ACCEPTED
        authorizer = self._route.guard.authorizer
        if isinstance(authorizer, LambdaAuthorizer):
            await self._authorize(authorizer, request, happening)
        try:
            outcome = await self._integrations.carry_out(
                self._route.integration, happening.connect(request)
            )
        except NotIntegrated as error:
            raise Refused(error.status, error.told, str(error)) from error
        if not HTTPStatus.OK <= outcome.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Refused(outcome.status, _phrase(outcome.status))
        return outcome

    async def _authorize(
        self, authorizer: LambdaAuthorizer, request: HttpRequest, happening: Happening
    ) -> None:
        """Keep what the authorizer says of the client: every event of the connection shows it."""
        begin = time.perf_counter()
        event = authorizer_event(happening.connect(request))
        asked = _AskedToConnect(
            request, happening.place, request.path, happening.route_key, lambda _payload: event
        )
        try:
            grant = await self._authorizers.authorize(authorizer, asked)
        except Denied as denied:
            status, told = _DENIALS.get(denied.refusal, _FAILED)
            raise Refused(status, told, str(denied)) from denied
        took = int((time.perf_counter() - begin) * 1000)
        happening.connected.authorizer = rest_api_context(grant, took)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)
