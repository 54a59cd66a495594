"""AWS::Include of files that lie in a bucket of AWS: what they hold is left out, and said.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from samulator.template.model import Value

_APIS = ("AWS::Serverless::Api", "AWS::Serverless::HttpApi")
_TRANSFORM, _INCLUDE = "Fn::Transform", "AWS::Include"
_REMEDY = (
    "write the path of the local file as its Location, which sam deploy uploads, "
    "or give it by --parameter-overrides to the parameter that is the Location"
)
_LEVELS = ("Resources", "Properties")


def without_includes_elsewhere(
    document: Mapping[str, Any], warn: Callable[[str], None]
) -> dict[str, Any]:
    """Return the document without the includes whose files were not found here.

    Of an API whose body is nothing else the body goes: AWS's translator then writes it itself, by
    the events of the functions; one that it cannot read it refuses.
    """
    transforms = document.get("Transform")
    for each in transforms if isinstance(transforms, list) else [transforms]:
        if isinstance(each, Mapping) and each.get("Name") == _INCLUDE:
            warn(
                f"Transform: what {_location(each)} holds is left out, "
                f"an {_INCLUDE} of the whole template is not read here; "
                f"write it as {_TRANSFORM} in the sections that it fills"
            )
    resources = document.get("Resources")
    if isinstance(resources, Mapping):
        kept = {name: _with_routes(name, each, warn) for name, each in resources.items()}
        document = {**document, "Resources": kept}
    return {key: _without(each, (str(key),), warn) for key, each in document.items()}


def _with_routes(name: str, resource: Value, warn: Callable[[str], None]) -> Value:
    if not isinstance(resource, Mapping) or resource.get("Type") not in _APIS:
        return resource
    properties = resource.get("Properties")
    body = properties.get("DefinitionBody") if isinstance(properties, Mapping) else None
    if not isinstance(body, Mapping) or set(body) != {_TRANSFORM}:
        return resource
    warn(
        f"{name}.DefinitionBody: its document is not on this machine, "
        f"so its routes are those that functions name in their events; {_REMEDY}"
    )
    rest = {key: value for key, value in dict(properties or {}).items() if key != "DefinitionBody"}
    return {**resource, "Properties": rest}


def _without(value: Value, place: tuple[str, ...], warn: Callable[[str], None]) -> Value:
    if isinstance(value, list):
        return [_without(item, (*place, str(number)), warn) for number, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, item in value.items():
        if key == _TRANSFORM and isinstance(item, dict) and item.get("Name") == _INCLUDE:
            where = ".".join(level for level in place if level not in _LEVELS) or place[0]
            left = f"what {_location(item)} holds is left out, it is not on this machine"
            warn(f"{where}: {left}; {_REMEDY}")
        else:
            kept[key] = _without(item, (*place, str(key)), warn)
    return kept


def _location(include: Mapping[str, Any]) -> Value:
    parameters = include.get("Parameters")
    return parameters.get("Location") if isinstance(parameters, Mapping) else None
