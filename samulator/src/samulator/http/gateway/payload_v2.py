"""Makes the Lambda event of an HTTP request, payload format 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from samulator.http.gateway.place import Place
from samulator.http.gateway.request import HOP_BY_HOP, HttpRequest, joined, new_trace_id

# What API Gateway passes on as text, as observed on AWS; everything else is base64, forms and
# bodies without a content type included.
_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
_NOT_PASSED = HOP_BY_HOP | {"cookie"}


@dataclass(frozen=True)
class Target:
    """What a request was routed to. `path` is the event's, with the stage where AWS has it."""

    path: str
    route_key: str = "$default"
    path_parameters: Mapping[str, str] = field(default_factory=dict)


def build_event(
    request: HttpRequest, place: Place, target: Target, request_id: str
) -> dict[str, Any]:
    """Return the event; keys without a value are left out, as API Gateway does."""
    headers = headers_of(request)
    cookies = headers.pop("cookie", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": target.route_key,
        "rawPath": target.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context(request, place, target, request_id),
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";") if cookie.strip()]
    if request.query:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        event["queryStringParameters"] = dict(sorted(joined(pairs, ",").items()))
    if target.path_parameters:
        event["pathParameters"] = dict(target.path_parameters)
    if place.stage_variables:
        event["stageVariables"] = dict(place.stage_variables)
    if request.body:
        event["body"], event["isBase64Encoded"] = body_of(request, headers.get("content-type"))
    return event


def headers_of(request: HttpRequest) -> dict[str, str]:
    """Return the headers by their names in lower case, with those that a gateway adds."""
    lowered = [(name.lower(), value) for name, value in request.headers]
    cookies = "; ".join(value for name, value in lowered if name == "cookie")
    headers = joined([pair for pair in lowered if pair[0] not in _NOT_PASSED], ",")
    if cookies:
        headers["cookie"] = cookies
    headers["content-length"] = str(len(request.body))
    if "x-amzn-trace-id" not in headers:
        headers["x-amzn-trace-id"] = new_trace_id()
    forwarded = [headers["x-forwarded-for"]] if "x-forwarded-for" in headers else []
    headers["x-forwarded-for"] = ", ".join([*forwarded, request.client_ip])
    headers["x-forwarded-port"] = str(request.port)
    headers["x-forwarded-proto"] = "http"
    return dict(sorted(headers.items()))


def _context(request: HttpRequest, place: Place, target: Target, request_id: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    domain = (request.header("host") or "localhost").rsplit(":", 1)[0]
    return {
        "accountId": place.account,
        "apiId": place.api_id,
        "domainName": domain,
        "domainPrefix": domain.split(".")[0],
        "http": {
            "method": request.method,
            "path": target.path,
            "protocol": request.protocol,
            "sourceIp": request.client_ip,
            "userAgent": request.header("user-agent") or "",
        },
        "requestId": request_id,
        "routeKey": target.route_key,
        "stage": place.stage,
        "time": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
        "timeEpoch": int(now.timestamp() * 1000),
    }


def body_of(request: HttpRequest, content_type: str | None) -> tuple[str, bool]:
    """Return the body, and whether it is base64, by the type that the client declares."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        return request.body.decode("utf-8", errors="replace"), False
    return base64.b64encode(request.body).decode(), True
