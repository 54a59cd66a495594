"""Decides on a client that wants to connect: its stage, an authorizer, the route $connect.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
"""

import time
from dataclasses import dataclass
from http import HTTPStatus

from samulator.http.authorizers.api_keys import ApiKeys
from samulator.http.authorizers.authorize import NOBODY
from samulator.http.authorizers.context import rest_api_context
from samulator.http.authorizers.decision import Asked, Denied, Grant, Refusal
from samulator.http.authorizers.lambda_authorizer import LambdaAuthorizers
from samulator.http.gateway.request import HttpRequest
from samulator.http.web_socket.event import Happening, authorizer_event
from samulator.http.web_socket.integration import Integrations, NotIntegrated, Outcome
from samulator.template.model_http import Guard, LambdaAuthorizer
from samulator.template.model_web_socket import CONNECT, WebSocketApi

# Who never answered $connect by a route of its own is let in.
_ACCEPTED = Outcome(200)
_DENIALS = {
    Refusal.UNAUTHORIZED: (401, "Unauthorized"),
    Refusal.INVALID_API_KEY: (403, "Forbidden"),
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
        self, api: WebSocketApi, authorizers: LambdaAuthorizers, integrations: Integrations
    ) -> None:
        self._route = api.route(CONNECT)
        self._keys = ApiKeys(api)
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
        try:
            await self._admit(self._route.guard, request, happening)
        except Denied as denied:
            status, told = _DENIALS.get(denied.refusal, _FAILED)
            raise Refused(status, told, str(denied)) from denied
        try:
            outcome = await self._integrations.carry_out(
                self._route.integration, happening.connect(request)
            )
        except NotIntegrated as error:
            raise Refused(error.status, error.told, str(error)) from error
        if not HTTPStatus.OK <= outcome.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Refused(outcome.status, _phrase(outcome.status))
        return outcome

    async def _admit(self, guard: Guard, request: HttpRequest, happening: Happening) -> None:
        """Raises Denied."""
        grant = NOBODY
        if isinstance(guard.authorizer, LambdaAuthorizer):
            grant = await self._authorize(guard.authorizer, request, happening)
        if guard.api_key:
            self._keys.check(request, grant)

    async def _authorize(
        self, authorizer: LambdaAuthorizer, request: HttpRequest, happening: Happening
    ) -> Grant:
        """Keep what the authorizer says of the client: every event of the connection shows it."""
        begin = time.perf_counter()
        event = authorizer_event(happening.connect(request))
        asked = _AskedToConnect(
            request, happening.place, request.path, happening.route_key, lambda _payload: event
        )
        grant = await self._authorizers.authorize(authorizer, asked)
        took = int((time.perf_counter() - begin) * 1000)
        happening.connected.authorizer = rest_api_context(grant, took)
        return grant


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)
