"""Reads the authorizers of REST and HTTP APIs, from OpenAPI and from resources.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
"""

from collections.abc import Mapping
from typing import Any

from samulator.template.invoked_function import InvokedFunctions
from samulator.template.model import Value
from samulator.template.model_http import JwtAuthorizer, LambdaAuthorizer

Authorizer = LambdaAuthorizer | JwtAuthorizer

_HEADER = "method.request.header."


class AuthorizerReader:
    """Reads one API's authorizers; `warnings` names those that nothing here stands for.

    `default_ttl` is for how many seconds their answers hold where the template does not say.
    """

    def __init__(self, api: str, functions: InvokedFunctions, *, default_ttl: float) -> None:
        self._api = api
        self._functions = functions
        self._default_ttl = default_ttl
        self.warnings: list[str] = []

    def from_scheme(self, name: str, scheme: Mapping[str, Any]) -> Authorizer | None:
        """Read a security scheme of OpenAPI; None where it has no authorizer."""
        declared = scheme.get("x-amazon-apigateway-authorizer")
        if not isinstance(declared, Mapping):
            return None
        kind = str(declared.get("type", "")).lower()
        if kind == "cognito_user_pools":
            return JwtAuthorizer(name, f"{_HEADER}{_header_of(scheme)}", is_cognito=True)
        if kind == "jwt":
            return self._jwt(name, declared.get("jwtConfiguration"), declared.get("identitySource"))
        if kind == "token":
            source = f"{_HEADER}{_header_of(scheme)}"
            return self._lambda(name, declared, sources=source, takes_token=True)
        return self._lambda(name, declared, sources=declared.get("identitySource"))

    def from_rest_resource(self, name: str, properties: Mapping[str, Any]) -> Authorizer:
        """Read an AWS::ApiGateway::Authorizer."""
        kind = str(properties.get("Type", "")).upper()
        sources = properties.get("IdentitySource") or f"{_HEADER}Authorization"
        if kind == "COGNITO_USER_POOLS":
            return JwtAuthorizer(name, str(sources), is_cognito=True)
        declared = {
            "authorizerUri": properties.get("AuthorizerUri"),
            "authorizerResultTtlInSeconds": properties.get("AuthorizerResultTtlInSeconds"),
            "identityValidationExpression": properties.get("IdentityValidationExpression"),
        }
        if kind == "REQUEST":
            sources = properties.get("IdentitySource")
        return self._lambda(name, declared, sources=sources, takes_token=kind == "TOKEN")

    def from_http_resource(self, name: str, properties: Mapping[str, Any]) -> Authorizer:
        """Read an AWS::ApiGatewayV2::Authorizer."""
        if str(properties.get("AuthorizerType", "")).upper() == "JWT":
            declared = properties.get("JwtConfiguration")
            return self._jwt(name, declared, properties.get("IdentitySource"))
        said = {
            "authorizerUri": properties.get("AuthorizerUri"),
            "authorizerResultTtlInSeconds": properties.get("AuthorizerResultTtlInSeconds"),
            "authorizerPayloadFormatVersion": properties.get("AuthorizerPayloadFormatVersion"),
            "enableSimpleResponses": properties.get("EnableSimpleResponses"),
        }
        return self._lambda(name, said, sources=properties.get("IdentitySource"))

    def _lambda(
        self,
        name: str,
        declared: Mapping[str, Any],
        *,
        sources: Value,
        takes_token: bool = False,
    ) -> LambdaAuthorizer:
        uri = declared.get("authorizerUri")
        found = self._functions.find(uri)
        if found is None:
            self.warnings.append(
                f"{self._api}: authorizer {name} is no function of this template: its routes "
                "answer 500"
            )
        payload = declared.get("authorizerPayloadFormatVersion")
        ttl = declared.get("authorizerResultTtlInSeconds")
        return LambdaAuthorizer(
            name=name,
            function="" if found is None else found.logical_id,
            identity_sources=_sources(sources),
            takes_token=takes_token,
            payload=str(payload or "1.0"),
            simple_responses=str(declared.get("enableSimpleResponses", "")).lower() == "true",
            ttl=self._default_ttl if ttl is None else float(ttl),
            validation=declared.get("identityValidationExpression"),
        )

    def _jwt(self, name: str, declared: Value, source: Value) -> JwtAuthorizer:
        configuration = declared if isinstance(declared, Mapping) else {}
        named = {str(key).lower(): value for key, value in configuration.items()}
        audience = named.get("audience") or []
        return JwtAuthorizer(
            name,
            (_sources(source) or ("$request.header.Authorization",))[0],
            issuer=str(named.get("issuer", "")),
            audience=(audience,) if isinstance(audience, str) else tuple(map(str, audience)),
        )


def _header_of(scheme: Mapping[str, Any]) -> str:
    return str(scheme.get("name", "Authorization"))


def _sources(declared: Value) -> tuple[str, ...]:
    if declared is None:
        return ()
    items = declared.split(",") if isinstance(declared, str) else declared
    return tuple(str(item).strip() for item in items if str(item).strip())
