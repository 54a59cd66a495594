"""Reads the routes of HTTP APIs from the OpenAPI bodies that SAM writes for them."""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.functions import find_function
from samulator.template.model import Cors, Function, HttpRoute, Resource, TemplateError, Value

HTTP_API = "AWS::ApiGatewayV2::Api"
_INTEGRATION = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
_CORS_KEYS = {
    "allow_origins": "AllowOrigins",
    "allow_methods": "AllowMethods",
    "allow_headers": "AllowHeaders",
    "expose_headers": "ExposeHeaders",
}


def read_routes(api: Resource, functions: Mapping[str, Function]) -> Iterator[HttpRoute]:
    """Yield the routes that call functions. Raises TemplateError."""
    body = api.properties.get("Body")
    paths = body.get("paths") if isinstance(body, dict) else None
    for path, methods in (paths or {}).items():
        for method, operation in (methods or {}).items():
            integration = operation.get(_INTEGRATION) if isinstance(operation, dict) else None
            if not isinstance(integration, dict):
                continue
            where = f"{api.logical_id}: {method} {path}"
            if str(integration.get("payloadFormatVersion", "2.0")) != "2.0":
                raise TemplateError(f"{where}: only PayloadFormatVersion 2.0 is sent here")
            yield HttpRoute(
                function=find_function(_function_arn(integration.get("uri")), functions),
                method="ANY" if method == _ANY else method.upper(),
                path=path,
                timeout=float(integration.get("timeoutInMillis", 30_000)) / 1000,
            )


def read_cors(api: Resource) -> Cors | None:
    """Return the CORS rules of an API, None where it has none."""
    body = api.properties.get("Body")
    declared = api.properties.get("CorsConfiguration")
    if not isinstance(declared, dict) and isinstance(body, dict):
        declared = body.get("x-amazon-apigateway-cors")
    if not isinstance(declared, dict) or not declared:
        return None
    rules = {key.lower(): value for key, value in declared.items()}
    texts = {name: _texts(rules.get(key.lower())) for name, key in _CORS_KEYS.items()}
    texts["allow_methods"] = tuple(method.upper() for method in texts["allow_methods"])
    age = rules.get("maxage")
    return Cors(
        **texts,
        allow_credentials=str(rules.get("allowcredentials", "")).lower() == "true",
        max_age=None if age is None else int(age),
    )


def _function_arn(uri: Value) -> str:
    """The function in arn:aws:apigateway:REGION:lambda:path/…/functions/ARN/invocations."""
    return str(uri).partition("/functions/")[2].partition("/")[0] or str(uri)


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a template holds
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value or [])
