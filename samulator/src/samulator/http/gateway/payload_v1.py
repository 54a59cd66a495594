"""Makes the Lambda event of an HTTP request, payload format 1.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from samulator.http.gateway.place import Place
from samulator.http.gateway.request import (
    HOP_BY_HOP,
    HttpRequest,
    new_request_id,
    new_trace_id,
)

# As CloudFront in front of REST APIs writes them.
_SPELLING = {"authorization": "Authorization", "host": "Host", "user-agent": "User-Agent"}
_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


@dataclass(frozen=True)
class Target:
    """What a request was routed to. `path` is the event's, without the stage.

    `resource` is the route's path, `resource_id` what API Gateway calls it.
    """

    path: str
    resource: str
    resource_id: str
    path_parameters: Mapping[str, str]


def build_event(
    request: HttpRequest, place: Place, target: Target, request_id: str
) -> dict[str, Any]:
    """Return the event without its body; keys without a value are null, as on AWS."""
    headers = headers_of(request)
    query = _by_name(parse_qsl(request.query, keep_blank_values=True))
    last = {name: values[-1] for name, values in headers.items()}
    return {
        "resource": target.resource,
        "path": target.path,
        "httpMethod": request.method,
        "headers": last,
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(target.path_parameters) or None,
        "stageVariables": dict(place.stage_variables) or None,
        "requestContext": _context(request, place, target, request_id),
        "body": None,
        "isBase64Encoded": False,
    }


def headers_of(request: HttpRequest) -> dict[str, list[str]]:
    """Return all values by name, spelled as sent first, with those that a gateway adds."""
    spelled: dict[str, str] = {}
    pairs = []
    for name, value in request.headers:
        lowered = name.lower()
        if lowered in HOP_BY_HOP or lowered == "content-length":
            continue
        pairs.append((spelled.setdefault(lowered, _SPELLING.get(lowered, name)), value))
    headers = _by_name(pairs)
    if "x-amzn-trace-id" not in spelled:
        headers["X-Amzn-Trace-Id"] = [new_trace_id()]
    forwarded = headers.pop(spelled.get("x-forwarded-for", ""), [])
    headers["X-Forwarded-For"] = [", ".join([*forwarded, request.client_ip])]
    for name, value in (("X-Forwarded-Port", str(request.port)), ("X-Forwarded-Proto", "http")):
        headers.pop(spelled.get(name.lower(), ""), None)
        headers[name] = [value]
    return headers


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _context(request: HttpRequest, place: Place, target: Target, request_id: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    domain = (request.header("host") or "localhost").rsplit(":", 1)[0]
    return {
        "resourceId": target.resource_id,
        "resourcePath": target.resource,
        "httpMethod": request.method,
        "extendedRequestId": new_request_id(),
        "requestTime": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
        "path": place.staged(target.path),
        "accountId": place.account,
        "protocol": request.protocol,
        "stage": place.stage,
        "domainPrefix": domain.split(".")[0],
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "requestId": request_id,
        "identity": {
            **dict.fromkeys(_IDENTITY),
            "sourceIp": request.client_ip,
            "userAgent": request.header("user-agent"),
        },
        "domainName": domain,
        "apiId": place.api_id,
    }


def new_uuid() -> str:
    """Return a request id as REST APIs give them."""
    return str(uuid.uuid4())
