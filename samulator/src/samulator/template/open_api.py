"""Reads the OpenAPI or Swagger document of an API with API Gateway's extensions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.authorizers import Authorizer, AuthorizerReader
from samulator.template.integration import IntegrationReader, is_literal
from samulator.template.model import TemplateError, Value
from samulator.template.model_http import Cors, GatewayResponse, Guard, Route
from samulator.template.request_validation import of_operation

ANY_METHOD = "x-amazon-apigateway-any-method"
_METHODS = {"delete", "get", "head", "options", "patch", "post", "put", ANY_METHOD}
# The path of the route that takes what no other does.
_DEFAULT = "$default"
_RESPONSE_HEADER = "gatewayresponse.header."


class OpenApi:
    """One API's document; `api` is its logical id, for messages."""

    def __init__(self, api: str, document: Value) -> None:
        """Raises TemplateError where it is no OpenAPI document."""
        if not isinstance(document, Mapping):
            raise TemplateError(f"{api}.Body: an OpenAPI document is expected")
        self._api = api
        self._document = document
        self.warnings: list[str] = []

    def routes(
        self, integrations: IntegrationReader, authorizers: AuthorizerReader, *, payload: str
    ) -> Iterator[Route]:
        """Read every operation; `payload` is the API's default payload format."""
        schemes = self._schemes
        read = {name: authorizers.from_scheme(name, each) for name, each in schemes.items()}
        known = {name: authorizer for name, authorizer in read.items() if authorizer is not None}
        for path, item in self._section(self._document, "paths").items():
            operations = item.items() if isinstance(item, Mapping) else ()
            if operations and not str(path).startswith("/") and path != _DEFAULT:
                self.warnings.append(
                    f"{self._api}: {path} has no route, for paths begin with /: write /{path}"
                )
                continue
            for method, operation in operations:
                if not isinstance(operation, Mapping):
                    continue
                if str(method).lower() not in _METHODS:
                    self._doubt(str(method), str(path), operation)
                    continue
                integration = operation.get("x-amazon-apigateway-integration")
                yield Route(
                    "ANY" if method == ANY_METHOD else str(method).upper(),
                    str(path),
                    integrations.from_open_api(integration, payload=payload),
                    self._guard(operation, schemes, known),
                    of_operation(operation, item, self._document),
                )

    def _doubt(self, method: str, path: str, operation: Mapping[str, Any]) -> None:
        """Other members of a path than its methods are no operations."""
        if "x-amazon-apigateway-integration" in operation:
            self.warnings.append(f"{self._api}: {path} has no route for {no_method(method)}")

    @property
    def binary_media_types(self) -> frozenset[str]:
        """Return x-amazon-apigateway-binary-media-types."""
        declared = self._document.get("x-amazon-apigateway-binary-media-types") or []
        return frozenset(map(str, declared))

    @property
    def gateway_responses(self) -> dict[str, GatewayResponse]:
        """Return x-amazon-apigateway-gateway-responses by their type."""
        declared = self._section(self._document, "x-amazon-apigateway-gateway-responses")
        return {
            str(kind): gateway_response(
                values.get("statusCode"),
                values.get("responseParameters"),
                values.get("responseTemplates"),
            )
            for kind, values in declared.items()
            if isinstance(values, Mapping)
        }

    @property
    def cors(self) -> Cors | None:
        """Return x-amazon-apigateway-cors."""
        return read_cors_rules(self._document.get("x-amazon-apigateway-cors"))

    @property
    def _schemes(self) -> dict[str, Mapping[str, Any]]:
        """Security schemes, where Swagger or where OpenAPI has them."""
        components = self._section(self._document, "components")
        declared = {
            **self._section(self._document, "securityDefinitions"),
            **self._section(components, "securitySchemes"),
        }
        return {name: each for name, each in declared.items() if isinstance(each, Mapping)}

    def _guard(
        self,
        operation: Mapping[str, Any],
        schemes: Mapping[str, Mapping[str, Any]],
        known: Mapping[str, Authorizer],
    ) -> Guard:
        """All that the operation, or the whole document, lists under `security`."""
        declared = operation.get("security", self._document.get("security")) or []
        named = {
            str(name): tuple(map(str, scopes or ()))
            for each in declared
            if isinstance(each, Mapping)
            for name, scopes in each.items()
        }
        authorizer = next((known[name] for name in named if name in known), None)
        iam = str(operation.get("x-amazon-apigateway-auth") or {}).upper()
        return Guard(
            authorizer=authorizer,
            scopes=() if authorizer is None else named[authorizer.name],
            iam="AWS_IAM" in iam or any(_is_iam(schemes.get(name, {})) for name in named),
            api_key=any(_is_key(schemes.get(name, {})) for name in named),
        )

    def _section(self, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        section = document.get(key) or {}
        if not isinstance(section, Mapping):
            raise TemplateError(f"{self._api}.Body.{key}: a map is expected")
        return section


def no_method(method: str) -> str:
    """Say that API Gateway has no such method, and which it has."""
    known = ", ".join(sorted(_METHODS - {ANY_METHOD}))
    return f"{method}, which is no method of API Gateway ({known} or any)"


def is_method(method: str) -> bool:
    """Whether API Gateway has a method of this name; ANY is one."""
    return method.lower() in _METHODS or method.lower() == "any"


def _is_key(scheme: Mapping[str, Any]) -> bool:
    is_header = str(scheme.get("name", "")).lower() == "x-api-key"
    return is_header and "x-amazon-apigateway-authorizer" not in scheme


def _is_iam(scheme: Mapping[str, Any]) -> bool:
    return str(scheme.get("x-amazon-apigateway-authtype", "")).lower() == "awssigv4"


def gateway_response(status: Value, parameters: Value, templates: Value) -> GatewayResponse:
    """Return what a template says of one type of gateway response."""
    headers = {
        str(name).removeprefix(_RESPONSE_HEADER): value
        for name, value in (parameters or {}).items()
        if str(name).startswith(_RESPONSE_HEADER)
    }
    return GatewayResponse(
        status=None if status is None else int(status),
        headers=tuple(
            (name, str(value)[1:-1]) for name, value in headers.items() if is_literal(value)
        ),
        templates={str(kind): str(text) for kind, text in (templates or {}).items()},
        mapped_headers=tuple(
            (name, str(value)) for name, value in headers.items() if not is_literal(value)
        ),
    )


def read_cors_rules(declared: Value) -> Cors | None:
    """Return rules in OpenAPI's or CloudFormation's spelling; None where there are none."""
    if not isinstance(declared, Mapping) or not declared:
        return None
    named = {str(key).lower(): value for key, value in declared.items()}
    age = named.get("maxage")
    return Cors(
        allow_origins=_texts(named.get("alloworigins")),
        allow_methods=tuple(method.upper() for method in _texts(named.get("allowmethods"))),
        allow_headers=_texts(named.get("allowheaders")),
        expose_headers=_texts(named.get("exposeheaders")),
        allow_credentials=str(named.get("allowcredentials", "")).lower() == "true",
        max_age=None if age is None else int(age),
    )


def _texts(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value or ())
