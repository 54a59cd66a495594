"""Reads AWS::ApiGateway::RestApi, from an OpenAPI body or from resources and methods."""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.api_keys import keyless, read_api_keys
from samulator.template.authorizers import AuthorizerReader
from samulator.template.integration import DeclaredIntegration, IntegrationReader
from samulator.template.invoked_function import InvokedFunctions
from samulator.template.model import Resource
from samulator.template.model_http import GatewayResponse, Guard, RestApi, Route
from samulator.template.open_api import OpenApi, gateway_response
from samulator.template.related import Related
from samulator.template.request_validation import of_method

REST_API = "AWS::ApiGateway::RestApi"
_AUTHORIZER = "AWS::ApiGateway::Authorizer"
_RESOURCE, _METHOD = "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method"
# API Gateway's own limit for a REST API's integration, and how long authorizers' answers hold.
_TIMEOUT_SECONDS = 29.0
_TTL_SECONDS = 300.0


def read_rest_api(
    resource: Resource, related: Related, functions: InvokedFunctions
) -> tuple[RestApi, list[str]]:
    """Return the API with its first stage, and what to warn about. Raises TemplateError."""
    name, variables = _stage(resource, related)
    integrations = IntegrationReader(functions, variables, default_timeout=_TIMEOUT_SECONDS)
    authorizers = AuthorizerReader(resource.logical_id, functions, default_ttl=_TTL_SECONDS)
    routes = [*_Methods(resource, related, integrations, authorizers).routes()]
    responses = _gateway_responses(resource, related)
    types = frozenset(map(str, resource.properties.get("BinaryMediaTypes") or ()))
    warnings: list[str] = []
    if "Body" in resource.properties:
        document = OpenApi(resource.logical_id, resource.properties["Body"])
        routes += document.routes(integrations, authorizers, payload="1.0")
        warnings = document.warnings
        responses = document.gateway_responses | responses
        types |= document.binary_media_types
    api = RestApi(
        id=resource.logical_id,
        routes=tuple(routes),
        stage=name,
        stage_variables=variables,
        binary_media_types=frozenset(each.replace("~1", "/").lower() for each in types),
        gateway_responses=responses,
        api_keys=tuple(read_api_keys(resource, related)),
        key_from_authorizer=resource.properties.get("ApiKeySourceType") == "AUTHORIZER",
    )
    return api, [*authorizers.warnings, *keyless(api), *warnings]


def _stage(api: Resource, related: Related) -> tuple[str, dict[str, str]]:
    stages = [
        *related.belonging("AWS::ApiGateway::Stage", "RestApiId", api),
        *related.belonging("AWS::ApiGateway::Deployment", "RestApiId", api),
    ]
    for stage in stages:
        if name := stage.properties.get("StageName"):
            variables = stage.properties.get("Variables") or {}
            return str(name), {str(key): str(value) for key, value in variables.items()}
    return "Prod", {}


class _Methods:
    """Routes of AWS::ApiGateway::Resource and ::Method."""

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
        for method in self._related.belonging(_METHOD, "RestApiId", self._api):
            properties = method.properties
            yield Route(
                method=str(properties.get("HttpMethod", "ANY")).upper(),
                path=self._path(properties.get("ResourceId")),
                integration=self._integrations.read(_declared(properties.get("Integration") or {})),
                guard=self._guard(properties),
                validation=of_method(method, self._related),
            )

    def _path(self, reference: object) -> str:
        """The path of a resource; what refers to none is the root, which is no resource."""
        parts: list[str] = []
        resource = self._related.find(_RESOURCE, reference)
        while resource is not None and len(parts) <= len(self._related.of_type(_RESOURCE)):
            parts.insert(0, str(resource.properties.get("PathPart", "")))
            resource = self._related.find(_RESOURCE, resource.properties.get("ParentId"))
        return f"/{'/'.join(parts)}"

    def _guard(self, properties: Mapping[str, Any]) -> Guard:
        kind = str(properties.get("AuthorizationType", "NONE")).upper()
        found = self._related.find(_AUTHORIZER, properties.get("AuthorizerId"))
        authorizer = None
        if found is not None and kind in ("CUSTOM", "COGNITO_USER_POOLS"):
            authorizer = self._authorizers.from_rest_resource(found.logical_id, found.properties)
        return Guard(
            authorizer=authorizer,
            scopes=tuple(map(str, properties.get("AuthorizationScopes") or ())),
            iam=kind == "AWS_IAM",
            api_key=str(properties.get("ApiKeyRequired", "")).lower() == "true",
        )


def _declared(integration: Mapping[str, Any]) -> DeclaredIntegration:
    milliseconds = integration.get("TimeoutInMillis")
    return DeclaredIntegration(
        type=str(integration.get("Type", "")),
        uri=integration.get("Uri"),
        timeout=None if milliseconds is None else float(milliseconds) / 1000,
        request_templates=integration.get("RequestTemplates") or {},
        method=str(integration.get("IntegrationHttpMethod", "")).upper(),
        parameters=integration.get("RequestParameters") or {},
        passthrough=str(integration.get("PassthroughBehavior", "when_no_match")),
        responses={
            str(each.get("SelectionPattern") or "default"): {
                "statusCode": each.get("StatusCode"),
                "responseParameters": each.get("ResponseParameters"),
                "responseTemplates": each.get("ResponseTemplates"),
            }
            for each in integration.get("IntegrationResponses") or ()
        },
    )


def _gateway_responses(api: Resource, related: Related) -> dict[str, GatewayResponse]:
    found = related.belonging("AWS::ApiGateway::GatewayResponse", "RestApiId", api)
    return {
        str(each.properties.get("ResponseType")): gateway_response(
            each.properties.get("StatusCode"),
            each.properties.get("ResponseParameters"),
            each.properties.get("ResponseTemplates"),
        )
        for each in found
    }
