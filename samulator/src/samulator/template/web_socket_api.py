"""Reads AWS::ApiGatewayV2::Api of the protocol WEBSOCKET, from its routes and integrations.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from samulator.template.api_keys import keyless, read_api_keys
from samulator.template.authorizers import AuthorizerReader
from samulator.template.integration import DeclaredIntegration, IntegrationReader
from samulator.template.invoked_function import InvokedFunctions
from samulator.template.model import Resource, Value
from samulator.template.model_http import (
    Guard,
    Integration,
    LambdaAuthorizer,
    MappedMock,
    NotServed,
)
from samulator.template.model_web_socket import (
    CONNECT,
    DEFAULT,
    DISCONNECT,
    SocketRoute,
    WebSocketApi,
)
from samulator.template.related import Related
from samulator.template.service_integration import read_mapped

_V2 = "AWS::ApiGatewayV2"
_TIMEOUT_SECONDS = 29.0
_JSON = "application/json"
# Whole variables, and none behind an escaped dollar sign.
_VARIABLE = re.compile(r"(?<!\\)\$\{?(?P<name>[A-Za-z0-9_.-]+)")
_OF_THE_BODY = "request.body."
# Of a route, what refuses requests on AWS and none here.
_DEMANDS = ("RequestModels", "RequestParameters")
_KEY_FROM, _FROM_AUTHORIZER = "ApiKeySelectionExpression", "usageIdentifierKey"


def read_web_socket_api(
    resource: Resource, related: Related, functions: InvokedFunctions
) -> tuple[WebSocketApi, list[str]]:
    """Return the API with all its stages, and what to warn about. Raises TemplateError."""
    stages = dict(_stages(resource, related)) or {DEFAULT: {}}
    reader = _Routes(resource, related, functions, next(iter(stages.values())))
    routes = tuple(reader.routes())
    api = WebSocketApi(
        resource.logical_id,
        routes,
        str(resource.properties.get("RouteSelectionExpression") or "$request.body.action"),
        stages,
        tuple(read_api_keys(resource, related)),
        key_from_authorizer=_FROM_AUTHORIZER in str(resource.properties.get(_KEY_FROM)),
    )
    return api, [*reader.warnings, *_remarks(api), *keyless(api)]


def _stages(api: Resource, related: Related) -> Iterator[tuple[str, dict[str, str]]]:
    for stage in related.belonging(f"{_V2}::Stage", "ApiId", api):
        variables = stage.properties.get("StageVariables") or {}
        named = {str(key): str(value) for key, value in variables.items()}
        yield str(stage.properties.get("StageName", DEFAULT)), named


def _remarks(api: WebSocketApi) -> Iterator[str]:
    for variable in _VARIABLE.finditer(api.selection):
        if not variable["name"].startswith(_OF_THE_BODY):
            yield (
                f"{api.id}: ${variable['name']} of its RouteSelectionExpression is nothing here, "
                f"so every message is one of {DEFAULT}; $request.body.NAME finds routes"
            )
    for route in api.routes:
        if isinstance(route.integration, NotServed):
            yield f"{api.id}: {route.key} answers an error here: {route.integration.reason}"
        if route.guard.iam:
            yield f"{api.id}: AWS_IAM of {route.key} lets everybody on this machine in"


class _Routes:
    """Routes of ::Route, ::Integration and their responses; `warnings` is complete after them."""

    def __init__(
        self,
        api: Resource,
        related: Related,
        functions: InvokedFunctions,
        stage_variables: Mapping[str, str],
    ) -> None:
        self._api = api
        self._related = related
        self._integrations = IntegrationReader(
            functions, stage_variables, default_timeout=_TIMEOUT_SECONDS
        )
        self._authorizers = AuthorizerReader(api.logical_id, functions, default_ttl=0.0)
        self._warnings: list[str] = []

    @property
    def warnings(self) -> list[str]:
        return [*self._authorizers.warnings, *self._warnings]

    def routes(self) -> Iterator[SocketRoute]:
        for route in self._related.belonging(f"{_V2}::Route", "ApiId", self._api):
            key = str(route.properties.get("RouteKey", DEFAULT))
            for demand in filter(route.properties.get, _DEMANDS):
                self._warn(
                    f"{demand} of {key} refuse nothing here, what they would refuse on AWS "
                    "comes through; let the function check it too, or try it there"
                )
            target = str(route.properties.get("Target", "")).removeprefix("integrations/")
            yield SocketRoute(
                key,
                self._integration(target),
                self._guard(key, route.properties),
                answers=self._answers(key, route),
            )

    def _answers(self, key: str, route: Resource) -> bool:
        """A route response, where there is one, is what sends anything back, to a message alone."""
        if key in (CONNECT, DISCONNECT):
            return False
        found = [*self._related.belonging(f"{_V2}::RouteResponse", "RouteId", route)]
        if not found and route.properties.get("RouteResponseSelectionExpression"):
            self._warn(
                f"{key} has a RouteResponseSelectionExpression and no "
                "AWS::ApiGatewayV2::RouteResponse: nothing is sent back"
            )
        return bool(found)

    def _integration(self, target: str) -> Integration:
        found = self._related.find(f"{_V2}::Integration", target)
        if found is None:
            return NotServed("it has no integration")
        properties = found.properties
        kind = str(properties.get("IntegrationType", ""))
        milliseconds = properties.get("TimeoutInMillis")
        declared = DeclaredIntegration(
            type=kind,
            uri=properties.get("IntegrationUri"),
            timeout=None if milliseconds is None else float(milliseconds) / 1000,
            method=str(properties.get("IntegrationMethod", "")).upper(),
            parameters=properties.get("RequestParameters") or {},
            passthrough=str(properties.get("PassthroughBehavior") or "when_no_match").lower(),
            request_templates=self._template(found, "RequestTemplates"),
            responses=self._responses(found),
        )
        if kind.upper() == "MOCK":
            return MappedMock(
                read_mapped(
                    declared.request_templates,
                    declared.parameters,
                    declared.responses,
                    declared.passthrough,
                )
            )
        return self._integrations.read(declared)

    def _responses(self, integration: Resource) -> dict[str, dict[str, Any]]:
        """By their keys: $default, or a pattern of the status between slashes."""
        responses: dict[str, dict[str, Any]] = {}
        for each in self._related.belonging(
            f"{_V2}::IntegrationResponse", "IntegrationId", integration
        ):
            key = str(each.properties.get("IntegrationResponseKey", DEFAULT))
            pattern = "default" if key == DEFAULT else key.strip("/")
            templates = self._template(each, "ResponseTemplates")
            responses[pattern] = {"responseTemplates": templates}
        return responses

    def _template(self, resource: Resource, key: str) -> dict[str, str]:
        """The one template that the resource's TemplateSelectionExpression chooses."""
        templates = resource.properties.get(key) or {}
        if not templates:
            return {}
        expression = str(resource.properties.get("TemplateSelectionExpression") or "")
        chosen = expression.replace("\\$", "$")
        if chosen not in templates:
            chosen = next((each for each in (DEFAULT, _JSON) if each in templates), "")
            chosen = chosen or str(next(iter(templates)))
            if "$" in expression.replace("\\$", ""):
                self._warn(
                    f"TemplateSelectionExpression {expression} of {resource.logical_id} is not "
                    f"evaluated here, its template {chosen} is taken"
                )
        return {DEFAULT: str(templates[chosen])}

    def _guard(self, key: str, properties: Mapping[str, Any]) -> Guard:
        """Of $connect alone: API Gateway lets no other route ask who is there."""
        if key != CONNECT:
            return Guard()
        kind = str(properties.get("AuthorizationType", "NONE")).upper()
        api_key = str(properties.get("ApiKeyRequired", "")).lower() == "true"
        return Guard(
            self._authorizer(kind, properties.get("AuthorizerId")),
            iam=kind == "AWS_IAM",
            api_key=api_key,
        )

    def _authorizer(self, kind: str, reference: Value) -> LambdaAuthorizer | None:
        found = self._related.find(f"{_V2}::Authorizer", reference)
        if found is None or kind != "CUSTOM":
            return None
        read = self._authorizers.from_http_resource(found.logical_id, found.properties)
        if not isinstance(read, LambdaAuthorizer):
            self._warn(f"authorizer {found.logical_id} is none of REQUEST: it lets everybody in")
            return None
        # Answers of an authorizer hold for one connection, and simple ones are of HTTP APIs.
        return replace(read, ttl=0.0, payload="1.0", simple_responses=False)

    def _warn(self, line: str) -> None:
        self._warnings.append(f"{self._api.logical_id}: {line}")
