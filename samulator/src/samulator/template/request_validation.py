"""Reads what a method of a REST API demands of requests: its validator, parameters and models.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.model import Resource, Value
from samulator.template.model_http import UNCHECKED, Validation
from samulator.template.related import Related

_VALIDATOR, _MODEL = "AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::Model"
_REQUEST, _JSON = "method.request.", "application/json"
_PLACES = {"query": "querystring", "header": "header", "path": "path"}
_OPEN_API = "x-amazon-apigateway-request-validator"


def of_method(method: Resource, related: Related) -> Validation:
    """Return what an AWS::ApiGateway::Method demands."""
    properties = method.properties
    validator = related.find(_VALIDATOR, properties.get("RequestValidatorId"))
    if validator is None:
        return UNCHECKED
    asked = validator.properties
    parameters = _map(properties.get("RequestParameters")).items()
    required = [str(name).removeprefix(_REQUEST) for name, needed in parameters if _is_true(needed)]
    schemas = {each.logical_id: _schema(each) for each in related.of_type(_MODEL)}
    named = _map(properties.get("RequestModels"))
    found = {str(kind): related.find(_MODEL, model) for kind, model in named.items()}
    models = {
        kind: {**schemas[model.logical_id], "models": schemas}
        for kind, model in found.items()
        if model is not None
    }
    return Validation(
        tuple(required) if _is_true(asked.get("ValidateRequestParameters")) else (),
        models if _is_true(asked.get("ValidateRequestBody")) else {},
    )


def of_operation(
    operation: Mapping[str, Any], item: Mapping[str, Any], document: Mapping[str, Any]
) -> Validation:
    """Return what an operation of an OpenAPI document demands, below the `item` of its path."""
    name = operation.get(_OPEN_API, document.get(_OPEN_API))
    asked = _map(_map(document.get(f"{_OPEN_API}s")).get(name))
    declared = [*_maps(item.get("parameters")), *_maps(operation.get("parameters"))]
    required = [
        f"{_PLACES[each['in']]}.{each.get('name')}"
        for each in declared
        if each.get("in") in _PLACES and _is_true(each.get("required"))
    ]
    shared = {key: document[key] for key in ("definitions", "components") if key in document}
    models = {kind: {**model, **shared} for kind, model in _bodies(operation, declared)}
    return Validation(
        tuple(required) if _is_true(asked.get("validateRequestParameters")) else (),
        models if _is_true(asked.get("validateRequestBody")) else {},
    )


def _bodies(
    operation: Mapping[str, Any], declared: list[Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schemas of bodies by their media types, as Swagger or as OpenAPI has them."""
    for each in declared:
        if each.get("in") == "body":
            for kind in operation.get("consumes") or (_JSON,):
                yield str(kind), _map(each.get("schema"))
    content = _map(_map(operation.get("requestBody")).get("content"))
    for kind, each in content.items():
        yield str(kind), _map(_map(each).get("schema"))


def _schema(model: Resource) -> Mapping[str, Any]:
    """The schema of a model; those that it refers to by their URLs are found beside it."""
    declared = model.properties.get("Schema") or {}
    text = declared if isinstance(declared, str) else json.dumps(declared, default=str)
    try:
        schema: Value = json.loads(text)
    except ValueError:
        return {}
    return _map(_with_references(schema))


def _with_references(value: Value) -> Value:
    if isinstance(value, list):
        return [_with_references(each) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and "/models/" in reference:
        return {"$ref": f"#/models/{reference.rpartition('/')[2]}"}
    return {key: _with_references(each) for key, each in value.items()}


def _is_true(value: Value) -> bool:
    return str(value).lower() == "true"


def _map(value: Value) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Value) -> list[Mapping[str, Any]]:
    return [_map(each) for each in value] if isinstance(value, list) else []
