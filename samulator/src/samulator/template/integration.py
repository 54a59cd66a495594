"""Reads what stands behind a route of an API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from samulator.template.invoked_function import InvokedFunctions, called, is_function_uri
from samulator.template.model import Value
from samulator.template.model_http import (
    Integration,
    LambdaCustom,
    LambdaProxy,
    MappedMock,
    Mock,
    NotServed,
)
from samulator.template.model_service import Mapped
from samulator.template.service_integration import (
    is_service_uri,
    read_mapped,
    read_service_action,
    read_service_subtype,
)

_STATUS_IN_TEMPLATE = re.compile(r"""["']?statusCode["']?\s*:\s*["']?(\d{3})""")
_HEADER = "method.response.header."
# What mapping templates are written in; plain text has none of it.
_VELOCITY = re.compile(r"\$|#(?:set|if|foreach|else|end)\b")


@dataclass(frozen=True)
class DeclaredIntegration:
    """An integration as OpenAPI has it, whichever resource it was read from."""

    type: str
    uri: Value = None
    payload: str = "1.0"
    timeout: float | None = None
    request_templates: Mapping[str, str] = field(default_factory=dict)
    responses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    method: str = ""
    subtype: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    passthrough: str = "when_no_match"


class IntegrationReader:
    """Reads the integrations of one API, whose stage has `stage_variables`."""

    def __init__(
        self,
        functions: InvokedFunctions,
        stage_variables: Mapping[str, str],
        *,
        default_timeout: float,
    ) -> None:
        self._functions = functions
        self._stage_variables = stage_variables
        self._default_timeout = default_timeout

    def from_open_api(self, declared: Value, *, payload: str) -> Integration:
        """Read an x-amazon-apigateway-integration; `payload` is the API's default format."""
        if not isinstance(declared, Mapping) or "type" not in declared:
            return NotServed("it has no integration")
        milliseconds = declared.get("timeoutInMillis")
        return self.read(
            DeclaredIntegration(
                type=str(declared["type"]),
                uri=declared.get("uri"),
                payload=str(declared.get("payloadFormatVersion", payload)),
                timeout=None if milliseconds is None else float(milliseconds) / 1000,
                request_templates=declared.get("requestTemplates") or {},
                responses=declared.get("responses") or {},
                method=str(declared.get("httpMethod", "")).upper(),
                subtype=str(declared.get("integrationSubtype", "")),
                parameters=declared.get("requestParameters") or {},
                passthrough=str(declared.get("passthroughBehavior", "when_no_match")),
            )
        )

    def read(self, declared: DeclaredIntegration) -> Integration:
        """Return what the integration does here."""
        kind = declared.type.upper()
        if kind == "MOCK":
            return _mock(declared)
        if kind in ("AWS", "AWS_PROXY") and is_function_uri(declared.uri):
            return self._function(declared, is_proxy=kind == "AWS_PROXY")
        if kind == "AWS_PROXY" and declared.subtype:
            return read_service_subtype(
                declared.subtype, declared.parameters, self._timeout(declared)
            )
        if kind == "AWS" and is_service_uri(declared.uri):
            return read_service_action(
                declared.uri, declared.method, _mapped(declared), self._timeout(declared)
            )
        what = declared.uri if isinstance(declared.uri, str) else "nothing"
        return NotServed(f"its integration of type {kind} with {what} is not made here")

    def _function(self, declared: DeclaredIntegration, *, is_proxy: bool) -> Integration:
        found = self._functions.find(declared.uri, self._stage_variables)
        if found is None:
            return NotServed(f"{called(declared.uri)} is no function that runs here")
        timeout = self._timeout(declared)
        if is_proxy:
            return LambdaProxy(found.logical_id, declared.payload, timeout, found.qualifier)
        return LambdaCustom(found.logical_id, timeout, found.qualifier, _mapped(declared))

    def _timeout(self, declared: DeclaredIntegration) -> float:
        return self._default_timeout if declared.timeout is None else declared.timeout


def _mapped(declared: DeclaredIntegration) -> Mapped:
    return read_mapped(
        declared.request_templates,
        declared.parameters,
        declared.responses,
        declared.passthrough,
    )


def _mock(declared: DeclaredIntegration) -> Integration:
    """API Gateway takes the response whose selection pattern is the template's statusCode."""
    if _is_rendered(declared):
        return MappedMock(_mapped(declared))
    text = next(iter(declared.request_templates.values()), "")
    said = _STATUS_IN_TEMPLATE.search(str(text))
    wanted = said[1] if said else "200"
    responses = declared.responses
    chosen = next(
        (each for pattern, each in responses.items() if _selects(pattern, wanted)),
        responses.get("default"),
    )
    if not isinstance(chosen, Mapping):
        return NotServed(f"its mock has no response for {wanted}")
    body = next(iter((chosen.get("responseTemplates") or {}).values()), "")
    headers = tuple(
        (name.removeprefix(_HEADER), str(value)[1:-1])
        for name, value in (chosen.get("responseParameters") or {}).items()
        if name.startswith(_HEADER) and is_literal(value)
    )
    return Mock(int(chosen.get("statusCode", wanted)), headers, str(body))


def _is_rendered(declared: DeclaredIntegration) -> bool:
    """Whether an answer depends on its request, so that it cannot be told beforehand."""
    responses = [each for each in declared.responses.values() if isinstance(each, Mapping)]
    texts = [*declared.request_templates.values()]
    for each in responses:
        texts += (each.get("responseTemplates") or {}).values()
        parameters = (each.get("responseParameters") or {}).values()
        if not all(is_literal(value) for value in parameters):
            return True
    return any(_VELOCITY.search(str(text)) for text in texts)


def _selects(pattern: str, status: str) -> bool:
    if pattern == "default":
        return False
    try:
        return re.fullmatch(pattern, status) is not None
    except re.error:
        return False


def is_literal(value: Value) -> bool:
    """Whether a parameter mapping holds a text of its own, which API Gateway has in quotes."""
    text = str(value)
    return len(text) > 1 and text.startswith("'") and text.endswith("'")
