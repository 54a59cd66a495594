"""Reads AWS::ApiGatewayV2::Api, from an OpenAPI body or from routes and integrations."""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.authorizers import AuthorizerReader
from samulator.template.integration import DeclaredIntegration, IntegrationReader
from samulator.template.invoked_function import InvokedFunctions
from samulator.template.model import Resource, Value
from samulator.template.model_http import Guard, HttpApi, Integration, NotServed, Route
from samulator.template.open_api import OpenApi, read_cors_rules
from samulator.template.related import Related

HTTP_API = "AWS::ApiGatewayV2::Api"
_AUTHORIZER, _ROUTE = "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Route"
_TIMEOUT_SECONDS = 30.0
_DEFAULT_STAGE = "$default"


def read_http_api(
    resource: Resource, related: Related, functions: InvokedFunctions
) -> tuple[HttpApi, list[str]]:
    """Return the API with its first stage, and what to warn about. Raises TemplateError."""
    stage, variables = _stage(resource, related)
    integrations = IntegrationReader(functions, variables, default_timeout=_TIMEOUT_SECONDS)
    authorizers = AuthorizerReader(resource.logical_id, functions, default_ttl=0.0)
    routes = [
        *_quick_route(resource, integrations),
        *_Routes(resource, related, integrations, authorizers).routes(),
    ]
    cors = read_cors_rules(resource.properties.get("CorsConfiguration"))
    warnings: list[str] = []
    if "Body" in resource.properties:
        document = OpenApi(resource.logical_id, resource.properties["Body"])
        routes += document.routes(integrations, authorizers, payload="1.0")
        warnings = document.warnings
        cors = cors or document.cors
    api = HttpApi(resource.logical_id, tuple(routes), cors, stage, variables)
    return api, [*authorizers.warnings, *warnings]


def _stage(api: Resource, related: Related) -> tuple[str, dict[str, str]]:
    for stage in related.belonging("AWS::ApiGatewayV2::Stage", "ApiId", api):
        variables = stage.properties.get("StageVariables") or {}
        named = {str(key): str(value) for key, value in variables.items()}
        return str(stage.properties.get("StageName", _DEFAULT_STAGE)), named
    return _DEFAULT_STAGE, {}


def _quick_route(api: Resource, integrations: IntegrationReader) -> Iterator[Route]:
    """Quick create: one route with one target in the API itself."""
    if target := api.properties.get("Target"):
        declared = DeclaredIntegration("AWS_PROXY", target, payload="2.0")
        method, path = _method_and_path(api.properties.get("RouteKey") or "$default")
        yield Route(method, path, integrations.read(declared))


class _Routes:
    """Routes of AWS::ApiGatewayV2::Route and ::Integration."""

    def __init__(
        self,
        api: Resource,
        related: Related,
        integrations: IntegrationReader,
        authorizers: AuthorizerReader,
    ) -> None:
        self._api = api
        self._related = related
        self._integrations = integrations
        self._authorizers = authorizers

    def routes(self) -> Iterator[Route]:
        for route in self._related.belonging(_ROUTE, "ApiId", self._api):
            method, path = _method_and_path(route.properties.get("RouteKey", "$default"))
            target = str(route.properties.get("Target", "")).removeprefix("integrations/")
            yield Route(method, path, self._integration(target), self._guard(route.properties))

    def _integration(self, target: str) -> Integration:
        found = self._related.find("AWS::ApiGatewayV2::Integration", target)
        if found is None:
            return NotServed("it has no integration")
        properties = found.properties
        milliseconds = properties.get("TimeoutInMillis")
        return self._integrations.read(
            DeclaredIntegration(
                type=str(properties.get("IntegrationType", "")),
                uri=properties.get("IntegrationUri"),
                payload=str(properties.get("PayloadFormatVersion", "1.0")),
                subtype=str(properties.get("IntegrationSubtype", "")),
                parameters=properties.get("RequestParameters") or {},
                timeout=None if milliseconds is None else float(milliseconds) / 1000,
            )
        )

    def _guard(self, properties: Mapping[str, Any]) -> Guard:
        kind = str(properties.get("AuthorizationType", "NONE")).upper()
        found = self._related.find(_AUTHORIZER, properties.get("AuthorizerId"))
        authorizer = None
        if found is not None and kind in ("CUSTOM", "JWT"):
            authorizer = self._authorizers.from_http_resource(found.logical_id, found.properties)
        scopes = tuple(map(str, properties.get("AuthorizationScopes") or ()))
        return Guard(authorizer, scopes, iam=kind == "AWS_IAM")


def _method_and_path(route_key: Value) -> tuple[str, str]:
    method, separator, path = str(route_key).partition(" ")
    return (method.upper(), path) if separator else ("ANY", method)


def is_websocket(resource: Resource) -> bool:
    """Whether it is an API of the other protocol, which another reader has."""
    return str(resource.properties.get("ProtocolType", "HTTP")).upper() != "HTTP"
