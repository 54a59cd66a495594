"""Puts the values of a project in the place of variables that functions declare."""

from collections.abc import Mapping
from typing import Any

_FUNCTION = "AWS::Lambda::Function"


def with_environment(
    document: Mapping[str, Any], environment: Mapping[str, str]
) -> Mapping[str, Any]:
    """Return a translated document with them, before anything in it is resolved."""
    resources = {
        logical_id: dict(_overridden(resource, environment))
        if resource["Type"] == _FUNCTION
        else resource
        for logical_id, resource in document["Resources"].items()
    }
    return {**document, "Resources": resources}


def _overridden(resource: Mapping[str, Any], environment: Mapping[str, str]) -> Mapping[str, Any]:
    properties = resource.get("Properties") or {}
    declared = properties.get("Environment")
    variables = declared.get("Variables") if isinstance(declared, dict) else None
    if not isinstance(variables, dict):
        return resource
    replaced = {key: environment.get(key, value) for key, value in variables.items()}
    return {**resource, "Properties": {**properties, "Environment": {"Variables": replaced}}}
