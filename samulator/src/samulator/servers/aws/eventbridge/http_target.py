"""Targets that are asked over HTTP: APIs of the template, and API destinations.

Rules: Amazon EventBridge User Guide, "API Gateway as targets" and "API destinations".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from samulator.servers.aws.delivery import HttpRequest
from samulator.servers.aws.eventbridge.target_input import value_at

Target = Mapping[str, Any]
_TYPE = "application/json; charset=utf-8"
_DESTINATION_AGENT = "Amazon/EventBridge/ApiDestinations"
_API_HOST = ".execute-api."


@dataclass(frozen=True)
class LocalApis:
    """The template's APIs by their ids: where each answers, and the stage it has on AWS."""

    urls: Mapping[str, str]
    stages: Mapping[str, str]

    def door(self, endpoint: str) -> str | None:
        """Return where an address of one of them on AWS answers here, None for any other.

        Here they answer without a stage in the path.
        """
        parts = urlsplit(endpoint)
        named, is_api, _ = (parts.hostname or "").partition(_API_HOST)
        # Host names have no capitals.
        api = next((each for each in self.urls if each.lower() == named), None)
        if not is_api or api is None:
            return None
        path = parts.path
        stage = f"/{self.stages.get(api, '')}"
        if path == stage or path.startswith(f"{stage}/"):
            path = path.removeprefix(stage)
        return f"{self.urls[api]}{path or '/'}{f'?{parts.query}' if parts.query else ''}"


def api_request(target: Target, event: Mapping[str, Any], urls: Mapping[str, str]) -> HttpRequest:
    """Return how an API of the template is asked; `urls` are where APIs answer, by their ids.

    The ARN has the stage, which the local address has not. Raises LookupError for an API that is
    not in the template, ValueError for a bad path.
    """
    _, _, _, _, _, place = str(target["Arn"]).split(":", 5)
    api, _, rest = place.partition("/")
    _stage, _, rest = rest.partition("/")
    method, _, path = rest.partition("/")
    if api not in urls:
        raise LookupError(f"there is no API {api} in this template")
    url = f"{urls[api]}/{path}"
    return _with_parameters(
        HttpRequest(method if method.isalpha() else "POST", url, is_door=True), target, event
    )


def destination_request(
    target: Target,
    event: Mapping[str, Any],
    endpoint: str,
    method: str,
) -> HttpRequest:
    """Return how an API destination is asked, without what its connection adds."""
    request = HttpRequest(method, endpoint, {"User-Agent": _DESTINATION_AGENT})
    return _with_parameters(request, target, event)


def with_query(request: HttpRequest, query: Mapping[str, Any]) -> HttpRequest:
    """Return the request with these parameters, or lists of them, behind those of its URL."""
    if not query:
        return request
    parts = urlsplit(request.url)
    written = "&".join(filter(None, (parts.query, urlencode(query, doseq=True))))
    url = urlunsplit(parts._replace(query=written))
    return HttpRequest(request.method, url, request.headers, request.is_door)


def _with_parameters(request: HttpRequest, target: Target, event: Mapping[str, Any]) -> HttpRequest:
    """Fill each * of the path, add query and headers; a value that begins with $. is a path."""
    told = target.get("HttpParameters") or {}
    url = request.url
    for value in told.get("PathParameterValues") or ():
        url = url.replace("*", quote(_text(value, event), safe=""), 1)
    headers = {
        "Content-Type": _TYPE,
        **request.headers,
        **{
            name: _text(value, event)
            for name, value in (told.get("HeaderParameters") or {}).items()
        },
    }
    query = {
        name: _text(value, event)
        for name, value in (told.get("QueryStringParameters") or {}).items()
    }
    return with_query(HttpRequest(request.method, url, headers, request.is_door), query)


def _text(value: object, event: Mapping[str, Any]) -> str:
    """Raises ValueError for a bad path."""
    text = str(value)
    found = value_at(text, event) if text.startswith("$.") else text
    return "" if found is None else str(found)
