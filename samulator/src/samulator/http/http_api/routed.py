"""A request at the route of an HTTP API, and its event."""

from dataclasses import dataclass
from typing import Any

from samulator.http.authorizers.iam import iam_identity
from samulator.http.gateway import payload_v1, payload_v2
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HttpRequest
from samulator.http.gateway.routes import Match


@dataclass(frozen=True)
class Routed:
    """A request at its route."""

    request: HttpRequest
    match: Match
    place: Place
    request_id: str

    def event(self, payload: str) -> dict[str, Any]:
        """Make the event with its body."""
        if payload == "2.0":
            path = self.place.staged(self.request.path)
            target = payload_v2.Target(path, self.match.route_key, self.match.path_parameters)
            return payload_v2.build_event(self.request, self.place, target, self.request_id)
        event = {"version": "1.0", **self._event_v1()}
        body, is_encoded = payload_v2.body_of(self.request, self.request.header("content-type"))
        return {**event, "body": body or None, "isBase64Encoded": bool(body) and is_encoded}

    def _event_v1(self) -> dict[str, Any]:
        """Paths are decoded and have the stage; the ids are those of HTTP APIs."""
        route = self.match.route
        resource = "/" if route.path == "$default" else route.path
        path = self.place.staged(self.request.path)
        target = payload_v1.Target(path, resource, route.key, self.match.path_parameters)
        event = payload_v1.build_event(self.request, self.place, target, self.request_id)
        event["requestContext"]["path"] = path
        event["requestContext"]["extendedRequestId"] = self.request_id
        identity = event["requestContext"]["identity"]
        identity["cognitoAmr"] = None
        if route.guard.iam:
            identity.update(iam_identity(self.request))
        return event
