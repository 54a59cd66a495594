"""A request at the method of a REST API, and its event."""

from dataclasses import dataclass
from typing import Any

from samulator.http.authorizers.api_keys import API_KEY
from samulator.http.authorizers.context import rest_api_context
from samulator.http.authorizers.decision import Grant
from samulator.http.authorizers.iam import iam_identity
from samulator.http.gateway import payload_v1
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HttpRequest
from samulator.http.gateway.routes import Match
from samulator.http.rest_api.resource_id import resource_id


@dataclass(frozen=True)
class Routed:
    """A request at its method."""

    request: HttpRequest
    match: Match
    place: Place
    request_id: str

    def event(self, _payload: str = "1.0") -> dict[str, Any]:
        """Make the event without its body, and without what an authorizer said."""
        resource = self.match.route.path
        target = payload_v1.Target(
            self.request.raw_path, resource, resource_id(resource), self.match.path_parameters
        )
        return payload_v1.build_event(self.request, self.place, target, self.request_id)

    def granted_event(self, grant: Grant, milliseconds: int) -> dict[str, Any]:
        """Make the event without its body; `milliseconds` is how long the authorizer took."""
        event = self.event()
        context = event["requestContext"]
        guard = self.match.route.guard
        if shown := rest_api_context(grant, milliseconds):
            context["authorizer"] = shown
        if guard.iam:
            context["identity"].update(iam_identity(self.request))
        if guard.api_key:
            context["identity"]["apiKey"] = grant.key or self.request.header(API_KEY)
        return event
