"""APIs whose OpenAPI document lies in a bucket of AWS: their routes are those of events."""

from collections.abc import Callable, Mapping
from typing import Any

from samulator.template.model import Value

_APIS = ("AWS::Serverless::Api", "AWS::Serverless::HttpApi")
_TRANSFORM = "Fn::Transform"


def without_definitions_elsewhere(
    document: Mapping[str, Any], warn: Callable[[str], None]
) -> Mapping[str, Any]:
    """Return the document without bodies that are nothing but an include that was not found here.

    AWS's translator then writes the body itself, by the events of the functions; from one that it
    cannot read it refuses to.
    """
    resources = document.get("Resources")
    if not isinstance(resources, Mapping):
        return document
    kept = {name: _kept(name, resource, warn) for name, resource in resources.items()}
    return {**document, "Resources": kept}


def _kept(name: str, resource: Value, warn: Callable[[str], None]) -> Value:
    if not isinstance(resource, Mapping) or resource.get("Type") not in _APIS:
        return resource
    properties = resource.get("Properties")
    body = properties.get("DefinitionBody") if isinstance(properties, Mapping) else None
    if not isinstance(body, Mapping) or set(body) != {_TRANSFORM}:
        return resource
    warn(
        f"{name}.DefinitionBody: its document is not on this machine; "
        "its routes are those that functions name in their events"
    )
    rest = {key: value for key, value in dict(properties or {}).items() if key != "DefinitionBody"}
    return {**resource, "Properties": rest}
