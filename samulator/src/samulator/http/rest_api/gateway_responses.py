"""Words what a REST API answers by itself, as its template wants it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from samulator.http.gateway.response import HttpResponse
from samulator.http.rest_api.gateway_variables import named
from samulator.template.model_http import GatewayResponse

_VARIABLE = re.compile(r"\$\{?(context|stageVariables)\.([\w.]+)\}?")


@dataclass(frozen=True)
class _Default:
    status: int
    text: str | None
    error_type: str


class ResponseType(Enum):
    """Types of gateway responses that arise here, with AWS's own words."""

    ACCESS_DENIED = _Default(
        403, "User is not authorized to access this resource", "AccessDeniedException"
    )
    EXPLICITLY_DENIED = _Default(
        403,
        "User is not authorized to access this resource with an explicit deny",
        "AccessDeniedException",
    )
    AUTHORIZER_CONFIGURATION_ERROR = _Default(500, None, "AuthorizerConfigurationException")
    AUTHORIZER_FAILURE = _Default(500, None, "AuthorizerFailureException")
    API_CONFIGURATION_ERROR = _Default(500, "Internal server error", "InternalServerErrorException")
    BAD_REQUEST_BODY = _Default(400, "Invalid request body", "BadRequestException")
    BAD_REQUEST_PARAMETERS = _Default(400, None, "BadRequestException")
    INTEGRATION_FAILURE = _Default(502, "Internal server error", "InternalServerErrorException")
    INTEGRATION_TIMEOUT = _Default(504, "Endpoint request timed out", "EndpointRequestTimedOut")
    INVALID_API_KEY = _Default(403, "Forbidden", "ForbiddenException")
    MISSING_AUTHENTICATION_TOKEN = _Default(
        403, "Missing Authentication Token", "MissingAuthenticationTokenException"
    )
    REQUEST_TOO_LARGE = _Default(413, "Request Too Long", "RequestTooLargeException")
    UNSUPPORTED_MEDIA_TYPE = _Default(415, "Unsupported Media Type", "BadRequestException")
    UNAUTHORIZED = _Default(401, "Unauthorized", "UnauthorizedException")


def gateway_response(
    kind: ResponseType,
    declared: Mapping[str, GatewayResponse],
    variables: Mapping[str, str],
    problem: str | None = None,
    words: str | None = None,
) -> HttpResponse:
    """Return the answer; `variables` are those of the request, e.g. "context.requestId".

    `words` take the place of those that its kind has.
    """
    default = kind.value if words is None else replace(kind.value, text=words)
    is_denial = kind is ResponseType.EXPLICITLY_DENIED
    name = ResponseType.ACCESS_DENIED.name if is_denial else kind.name
    group = "DEFAULT_5XX" if default.status >= 500 else "DEFAULT_4XX"  # HTTP
    own = declared.get(name)
    chosen = own or declared.get(group) or GatewayResponse()
    status = chosen.status or default.status
    text = "null" if default.text is None else json.dumps(default.text)
    said = {
        **variables,
        "context.error.message": default.text or "null",
        "context.error.messageString": text,
        "context.error.responseType": name,
    }
    template = next(iter(chosen.templates.values()), None)
    media_type = next(iter(chosen.templates), "application/json")
    if template is None:
        # AWS writes this one key of these two answers with a capital.
        key = "Message" if name == "ACCESS_DENIED" else "message"
        body = f'{{"{key}":{text}}}'
    else:
        body = _VARIABLE.sub(lambda found: said.get(f"{found[1]}.{found[2]}", ""), template)
    headers = [
        ("Content-Type", media_type),
        ("x-amzn-ErrorType", default.error_type),
        *chosen.headers,
        *((name, value) for name, key in chosen.mapped_headers if (value := named(said, key))),
    ]
    return HttpResponse(status, headers, body.encode(), problem)
