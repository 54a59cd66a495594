"""Makes the Lambda event of an HTTP request, payload format 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from samulator.http.http_api.routes import Match
from samulator.template.names import ACCOUNT

API_ID = "local"
# What API Gateway passes on as text, as observed on AWS; everything else is base64, forms and
# bodies without a content type included.
_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


@dataclass(frozen=True)
class HttpRequest:
    """What a client sent: `target` is the request line's, `headers` in order and as sent."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    client_ip: str
    port: int
    protocol: str = "HTTP/1.1"

    @property
    def path(self) -> str:
        """Return the path, percent-decoded once; API Gateway cuts it at a decoded "?"."""
        return unquote(self.target.partition("?")[0]).partition("?")[0]

    @property
    def query(self) -> str:
        """Return the query string as sent."""
        return self.target.partition("?")[2]


def new_request_id() -> str:
    """Return an id that looks like API Gateway's."""
    return base64.b64encode(os.urandom(11)).decode()


def build_event(request: HttpRequest, match: Match, request_id: str) -> dict[str, Any]:
    """Return the event; keys without a value are left out, as API Gateway does."""
    headers = _headers(request)
    cookies = headers.pop("cookie", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context(request, match, headers, request_id),
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";") if cookie.strip()]
    if request.query:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        event["queryStringParameters"] = dict(sorted(_joined(pairs, ",").items()))
    if match.path_parameters:
        event["pathParameters"] = match.path_parameters
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request.body, headers.get("content-type"))
    return event


def _headers(request: HttpRequest) -> dict[str, str]:
    lowered = [(name.lower(), value) for name, value in request.headers]
    cookies = "; ".join(value for name, value in lowered if name == "cookie")
    headers = _joined([pair for pair in lowered if pair[0] not in _HOP_BY_HOP | {"cookie"}], ",")
    if cookies:
        headers["cookie"] = cookies
    headers["content-length"] = str(len(request.body))
    headers.setdefault("x-amzn-trace-id", f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}")
    forwarded = [headers["x-forwarded-for"]] if "x-forwarded-for" in headers else []
    headers["x-forwarded-for"] = ", ".join([*forwarded, request.client_ip])
    headers["x-forwarded-port"] = str(request.port)
    headers["x-forwarded-proto"] = "http"
    return dict(sorted(headers.items()))


def _joined(pairs: Iterable[tuple[str, str]], separator: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
    return joined


def _context(
    request: HttpRequest, match: Match, headers: dict[str, str], request_id: str
) -> dict[str, Any]:
    now = datetime.now(UTC)
    domain = headers.get("host", "localhost").rsplit(":", 1)[0]
    return {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": domain,
        "domainPrefix": domain.split(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.client_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": match.route_key,
        "stage": "$default",
        "time": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
        "timeEpoch": int(now.timestamp() * 1000),
    }


def _body(body: bytes, content_type: str | None) -> tuple[str, bool]:
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        return body.decode("utf-8", errors="replace"), False
    return base64.b64encode(body).decode(), True
