"""Makes the Lambda events of a WebSocket API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from samulator.http.gateway.exchange import Exchange
from samulator.http.gateway.payload_v1 import headers_of
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HttpRequest
from samulator.http.web_socket.connected import Connected, Farewell, new_id
from samulator.template.model_web_socket import CONNECT, DISCONNECT, stage_path


@dataclass(frozen=True)
class Happening:
    """One thing that happens on a connection, by the route that it has; `at` is when."""

    connected: Connected
    place: Place
    route_key: str
    request_id: str = field(default_factory=new_id)
    at: float = field(default_factory=time.time)

    def connect(self, request: HttpRequest) -> dict[str, Any]:
        """Return the event of $connect: the only one with the request's own headers and query."""
        event: dict[str, Any] = _with_headers(headers_of(request))
        pairs = parse_qsl(request.query, keep_blank_values=True)
        if pairs:
            values: dict[str, list[str]] = {}
            for name, value in pairs:
                values.setdefault(name, []).append(value)
            event["queryStringParameters"] = {name: said[-1] for name, said in values.items()}
            event["multiValueQueryStringParameters"] = values
        return {**event, **self._rest(self._context("CONNECT"))}

    def message(self, body: str) -> dict[str, Any]:
        """Return the event of a message."""
        rest = self._rest(self._context("MESSAGE", messageId=new_id()))
        is_encoded = rest.pop("isBase64Encoded")
        return {**rest, "body": body, "isBase64Encoded": is_encoded}

    def disconnect(self, farewell: Farewell) -> dict[str, Any]:
        """Return the event of $disconnect; its headers are all that API Gateway tells then."""
        names = ("x-api-key", "X-Forwarded-For", "x-restapi")
        headers = {"Host": [self.connected.host], **{name: [""] for name in names}}
        context = self._context(
            "DISCONNECT",
            disconnectStatusCode=farewell.code,
            disconnectReason=farewell.reason,
        )
        return {**_with_headers(headers), **self._rest(context)}

    def refusal(self, message: str) -> dict[str, str]:
        """Return what the client is told where the gateway itself answers."""
        ids = {"connectionId": self.connected.id, "requestId": self.request_id}
        return {"message": message, **ids}

    def exchange(self, status: int, function: str | None, problem: str | None = None) -> Exchange:
        """Return what the terminal shows of it now that it is over."""
        took = (time.time() - self.at) * 1000
        path = f"{stage_path(self.place.stage)} {self.route_key}"
        return Exchange("WS", path, status, took, function, self.request_id, problem)

    def _rest(self, context: dict[str, Any]) -> dict[str, Any]:
        variables = dict(self.place.stage_variables)
        staged = {"stageVariables": variables} if variables else {}
        return {**staged, "requestContext": context, "isBase64Encoded": False}

    def _context(self, event_type: str, **further: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        connected, at = self.connected, datetime.fromtimestamp(self.at, UTC)
        authorizer = {} if connected.authorizer is None else {"authorizer": connected.authorizer}
        return {
            "routeKey": self.route_key,
            **authorizer,
            **further,
            "eventType": event_type,
            "extendedRequestId": self.request_id,
            "requestTime": f"{at:%d/%b/%Y:%H:%M:%S} +0000",
            "messageDirection": "IN",
            "stage": self.place.stage,
            "connectedAt": int(connected.connected_at * 1000),
            "requestTimeEpoch": int(self.at * 1000),
            "identity": connected.identity,
            "requestId": self.request_id,
            "domainName": domain_name(self.place),
            "connectionId": connected.id,
            "apiId": self.place.api_id,
        }


def domain_name(place: Place) -> str:
    """Return the host that the API has on AWS: workers lead its clients to this machine."""
    return f"{place.api_id}.execute-api.{place.region}.amazonaws.com"


def authorizer_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an authorizer gets of the event of $connect."""
    empty = ("queryStringParameters", "multiValueQueryStringParameters", "stageVariables")
    return {**{name: {} for name in empty}, **event}


def connecting(connected: Connected, place: Place) -> Happening:
    """Return the connection's beginning, at the time that its events name."""
    return Happening(connected, place, CONNECT, at=connected.connected_at)


def disconnecting(connected: Connected, place: Place) -> Happening:
    """Return its end."""
    return Happening(connected, place, DISCONNECT)


def _with_headers(headers: Mapping[str, list[str]]) -> dict[str, Any]:
    last = {name: values[-1] for name, values in headers.items()}
    return {"headers": last, "multiValueHeaders": dict(headers)}
