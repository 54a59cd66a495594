"""Answers preflight requests and sets CORS headers, as API Gateway does with CorsConfiguration.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from collections.abc import Mapping

from samulator.http.gateway.response import HttpResponse
from samulator.template.model_http import Cors

_PREFIX = "access-control-"


def answer_preflight(cors: Cors, method: str, headers: Mapping[str, str]) -> HttpResponse | None:
    """Return the answer to a preflight request, None when it is no such request."""
    is_preflight = "origin" in headers and "access-control-request-method" in headers
    if method != "OPTIONS" or not is_preflight:
        return None
    response = HttpResponse(204)
    origin = _allowed_origin(cors, headers["origin"])
    if origin is not None:
        response.headers += _origin_headers(cors, origin)
        if cors.allow_methods:
            response.headers.append((f"{_PREFIX}allow-methods", ",".join(cors.allow_methods)))
        if cors.allow_headers:
            response.headers.append((f"{_PREFIX}allow-headers", ",".join(cors.allow_headers)))
        if cors.max_age is not None:
            response.headers.append((f"{_PREFIX}max-age", str(cors.max_age)))
    return response


def apply_cors(cors: Cors, origin: str | None, response: HttpResponse) -> None:
    """Replace whatever CORS headers the function set by the gateway's own."""
    response.headers = [pair for pair in response.headers if not pair[0].startswith(_PREFIX)]
    allowed = None if origin is None else _allowed_origin(cors, origin)
    if allowed is not None:
        response.headers += _origin_headers(cors, allowed)
        if cors.expose_headers:
            response.headers.append((f"{_PREFIX}expose-headers", ",".join(cors.expose_headers)))


def allows_origin(cors: Cors, origin: str) -> bool:
    """Return whether pages of this origin may read the API's answers."""
    return _allowed_origin(cors, origin) is not None


def _allowed_origin(cors: Cors, origin: str) -> str | None:
    if "*" in cors.allow_origins:
        return "*"
    schemes = [allowed[:-1] for allowed in cors.allow_origins if allowed.endswith("://*")]
    if origin in cors.allow_origins or any(origin.startswith(scheme) for scheme in schemes):
        return origin
    return None


def _origin_headers(cors: Cors, origin: str) -> list[tuple[str, str]]:
    headers = [(f"{_PREFIX}allow-origin", origin)]
    if cors.allow_credentials:
        headers.append((f"{_PREFIX}allow-credentials", "true"))
    return headers
