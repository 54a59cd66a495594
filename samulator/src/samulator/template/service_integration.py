"""Reads integrations with services of AWS: by the URI of REST APIs, by the subtype of HTTP APIs."""

import re
from collections.abc import Mapping
from typing import Any

from samulator.template.model_http import NotServed
from samulator.template.model_service import (
    Mapped,
    MappedResponse,
    ServiceAction,
    ServiceSubtype,
)

_URI = re.compile(r"arn:aws[\w-]*:apigateway:[\w-]+:([\w.-]+):((?:action|path)/.*)", re.S)
# Services that answer here and take requests as API Gateway makes them.
_SERVED = {
    *("cognito-idp", "dynamodb", "events", "kinesis", "s3", "secretsmanager", "sns", "sqs"),
    *("ssm", "states"),
}
_SUBTYPES = {
    *("EventBridge-PutEvents", "Kinesis-PutRecord", "SQS-DeleteMessage", "SQS-PurgeQueue"),
    *("SQS-ReceiveMessage", "SQS-SendMessage", "StepFunctions-StartExecution"),
    *("StepFunctions-StartSyncExecution", "StepFunctions-StopExecution"),
}


def is_service_uri(uri: object) -> bool:
    """Whether an integration asks a service of AWS by an action or a path."""
    return isinstance(uri, str) and _URI.fullmatch(uri) is not None


def read_service_action(
    uri: str, method: str, mapped: Mapped, timeout: float
) -> ServiceAction | NotServed:
    """Return what the URI, for which `is_service_uri` holds, asks for."""
    found = _URI.fullmatch(uri)
    service, target = found.groups() if found else ("", "")
    if service not in _SERVED:
        return NotServed(f"{service} answers no requests here ({uri})")
    return ServiceAction(service, target, method or "POST", mapped, timeout)


def read_service_subtype(
    subtype: str, parameters: Mapping[str, Any], timeout: float
) -> ServiceSubtype | NotServed:
    """Return what the integrationSubtype of an HTTP API does."""
    if subtype not in _SUBTYPES:
        return NotServed(f"its integrationSubtype {subtype} is not made here")
    texts = {name: str(value) for name, value in parameters.items()}
    return ServiceSubtype(subtype, texts, timeout)


def read_mapped(
    templates: Mapping[str, Any],
    parameters: Mapping[str, Any],
    responses: Mapping[str, Mapping[str, Any]],
    passthrough: str,
) -> Mapped:
    """Return the mappings of one integration, as OpenAPI has them."""
    return Mapped(
        templates={str(name).lower(): str(text) for name, text in templates.items()},
        parameters={str(name): str(text) for name, text in parameters.items()},
        responses=tuple(_response(pattern, told or {}) for pattern, told in responses.items()),
        passthrough=passthrough.lower(),
    )


def _response(pattern: str, told: Mapping[str, Any]) -> MappedResponse:
    parameters, templates = told.get("responseParameters"), told.get("responseTemplates")
    return MappedResponse(
        pattern="" if pattern == "default" else pattern,
        status=int(told.get("statusCode") or 200),
        parameters={str(name): str(text) for name, text in (parameters or {}).items()},
        templates={str(name): str(text) for name, text in (templates or {}).items()},
    )
