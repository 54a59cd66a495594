"""Makes events of API Gateway safe for Mangum, and its answers safe for API Gateway."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

Event = dict[str, Any]
_PORT = re.compile(r":\d*$")


def is_http(event: object) -> bool:
    """Whether this is an event of an HTTP API (payload version 2.0)."""
    if not isinstance(event, dict) or event.get("version") != "2.0":
        return False
    context = event.get("requestContext")
    return isinstance(context, dict) and isinstance(context.get("http"), dict)


def normalise(event: Event) -> Event:
    """An event that Mangum reads without stumbling: nulls filled in, Host without its port."""
    headers = {
        str(name).lower(): str(value)
        for name, value in (event.get("headers") or {}).items()
        if value is not None
    }
    # Mangum splits Host at its colons; an IPv6 address has several. Nothing here uses the port.
    if "host" in headers:
        headers["host"] = _PORT.sub("", headers["host"]).strip("[]").replace(":", "-")
    if not headers.get("x-forwarded-port", "0").isdecimal():
        del headers["x-forwarded-port"]
    context = dict(event["requestContext"])
    http = {"method": "GET", "sourceIp": "", **context["http"]}
    # API Gateway has decoded the path; Mangum is made to give back just this one.
    http["path"] = quote(_text(_path(event, http)))
    context["http"] = http
    return {
        **event,
        "headers": {name: _text(value) for name, value in headers.items()},
        "rawQueryString": _text(event.get("rawQueryString") or ""),
        "cookies": event.get("cookies") or [],
        "body": _text(event.get("body") or ""),
        "requestContext": context,
    }


def finish(answer: Mapping[str, Any]) -> dict[str, Any]:
    """API Gateway takes ASCII headers only; an empty answer has no content type."""
    headers = {
        name: value if value.isascii() else quote(value, safe=" \"'(),/:;<=>?@[]{}&%+*")
        for name, value in (answer.get("headers") or {}).items()
    }
    if answer["statusCode"] in (204, 304):
        headers.pop("content-type", None)
    return {**answer, "headers": headers}


def _path(event: Event, http: Mapping[str, Any]) -> str:
    path = event.get("rawPath") or http.get("path") or "/"
    return path if path.startswith("/") else f"/{path}"


def _text(text: str) -> str:
    """Replaces lone surrogates, which no byte string can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
