"""APIs and API destinations as targets: what they ask, and which hosts may be reached.

Nothing of this machine goes to another one unless local.toml names it, and never to AWS.
"""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from moto.events.models import Connection, events_backends

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.delivery import HttpRequest
from samulator.servers.aws.eventbridge.http_target import (
    LocalApis,
    Target,
    api_request,
    destination_request,
    with_query,
)
from samulator.servers.aws.http_call import LOOPBACK

_API = "execute-api"
_OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".on.aws")


class ApiDestinations:
    """The API destinations of this process; `hosts` may be asked besides this machine's own."""

    def __init__(self, apis: LocalApis, hosts: Collection[str]) -> None:
        self.apis = apis
        self._hosts = {host.lower() for host in hosts}

    def request(
        self, target: Target, event: Mapping[str, Any], text: str
    ) -> tuple[HttpRequest, str]:
        """Return how the API or the API destination of a target is asked, and with which body.

        Raises LookupError for an API, a destination or a connection that is not there, ValueError
        for a host that may not be reached and for OAuth, which this machine does not have.
        """
        arn = str(target["Arn"])
        if arn.split(":")[2] == _API:
            return api_request(target, event, self.apis.urls), text
        backend = events_backends[ACCOUNT_ID][arn.split(":")[3]]
        name = arn.split("/")[1]
        destination = backend.destinations.get(name)
        if destination is None:
            raise LookupError(f"there is no API destination {name}")
        endpoint, method = str(destination.invocation_endpoint), str(destination.http_method)
        request = destination_request(target, event, endpoint, method)
        return self.with_connection(request, str(destination.connection_arn), text)

    def with_connection(
        self, request: HttpRequest, connection_arn: str, text: str
    ) -> tuple[HttpRequest, str]:
        """Return a request and its body with what a connection adds, to where it goes from here.

        Raises LookupError for a connection that is not there, ValueError as `request` does.
        """
        parts = connection_arn.split(":", 5)
        name = parts[-1].removeprefix("connection/").split("/")[0]
        known = events_backends[ACCOUNT_ID][parts[3]].connections if len(parts) > 5 else {}
        if name not in known:
            raise LookupError(f"there is no connection {connection_arn}")
        door = self.apis.door(request.url)
        if door is None:
            self.check(request.url)
        local = replace(request, url=door or request.url, is_door=door is not None)
        return _authorized(local, known[name], text)

    def check(self, url: str) -> None:
        """Raises ValueError for a host that may not be reached."""
        host = (urlsplit(url).hostname or "").lower()
        if host.endswith(_OF_AWS):
            raise ValueError(f"{host} is AWS itself, which nothing here calls")
        if host not in LOOPBACK and host not in self._hosts:
            raise ValueError(
                f'{host} is not on this machine: api_destinations = ["{host}"] in local.toml '
                "permits it"
            )


def _authorized(request: HttpRequest, connection: Connection, text: str) -> tuple[HttpRequest, str]:
    """With what the connection says of who asks, and what it adds to every request."""
    told = connection.auth_parameters or {}
    headers = dict(request.headers)
    if connection.authorization_type == "API_KEY":
        key = told["ApiKeyAuthParameters"]
        headers[key["ApiKeyName"]] = key["ApiKeyValue"]
    elif connection.authorization_type == "BASIC":
        user = told["BasicAuthParameters"]
        pair = f"{user['Username']}:{user['Password']}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    else:
        raise ValueError(f"connection {connection.name} asks for a token, which none is got here")
    further = told.get("InvocationHttpParameters") or {}
    headers |= _pairs(further.get("HeaderParameters"))
    request = with_query(
        replace(request, headers=headers), _pairs(further.get("QueryStringParameters"))
    )
    return request, _with_members(text, _pairs(further.get("BodyParameters")))


def _pairs(listed: Any) -> dict[str, str]:  # noqa: ANN401 - as a client sent it
    return {str(each["Key"]): str(each.get("Value", "")) for each in listed or ()}


def _with_members(text: str, members: Mapping[str, str]) -> str:
    """The members go into a body that is a JSON object, and nowhere else."""
    body = json.loads(text) if members else None
    return json.dumps({**body, **members}, ensure_ascii=False) if isinstance(body, dict) else text
