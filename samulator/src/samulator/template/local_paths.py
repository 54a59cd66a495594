"""Keeps the local paths of a template from AWS's translator, which knows those in S3 alone.

`detach` puts an S3 place where a local path was, `attach` puts the path back into what the
translator made: `Code` and `Content` are then texts, as in a template that is not packaged, and
the files of `DefinitionUri` are read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samulator.template.model import Value

_PLACEHOLDER = "s3://bucket/{logical_id}"
_IMAGE_PLACEHOLDER = "123456789012.dkr.ecr.us-east-1.amazonaws.com/repository"
_FUNCTION = "AWS::Serverless::Function"
# Where the translator puts what a property of its own names.
_TARGETS = {
    (_FUNCTION, "CodeUri"): "Code",
    (_FUNCTION, "ImageUri"): "Code",
    ("AWS::Serverless::LayerVersion", "ContentUri"): "Content",
    ("AWS::Serverless::Api", "DefinitionUri"): "BodyS3Location",
    ("AWS::Serverless::HttpApi", "DefinitionUri"): "BodyS3Location",
    ("AWS::Serverless::StateMachine", "DefinitionUri"): "DefinitionS3Location",
    ("AWS::Serverless::Application", "Location"): "TemplateURL",
}
_REQUIRED = {(_FUNCTION, "CodeUri"), ("AWS::Serverless::LayerVersion", "ContentUri")}


@dataclass(frozen=True)
class LocalPath:
    """What a property of a SAM resource said, and the property of the plain resource for it."""

    target: str
    value: Value


def detach(document: Mapping[str, Any]) -> dict[str, LocalPath]:
    """Replace all local paths of `document` in place; return them by logical id."""
    shared = _shared(document)
    detached: dict[str, LocalPath] = {}
    for logical_id, resource in document["Resources"].items():
        properties = resource.setdefault("Properties", {})
        if not isinstance(properties, dict):
            continue
        for key, target in _properties_of(resource["Type"], properties, shared):
            value = properties.get(key, shared.get(key) if resource["Type"] == _FUNCTION else None)
            if value is None and (resource["Type"], key) in _REQUIRED:
                value = "."
            if key != "ImageUri" and (value is None or _is_remote(key, value)):
                if value is not None:
                    properties[key] = value
                continue
            detached[logical_id] = LocalPath(target, value)
            is_image = key == "ImageUri"
            placeholder = _PLACEHOLDER.format(logical_id=logical_id)
            properties[key] = _IMAGE_PLACEHOLDER if is_image else placeholder
    for key in ("CodeUri", "ImageUri"):
        shared.pop(key, None)
    return detached


def _shared(document: Mapping[str, Any]) -> dict[str, Any]:
    """What Globals say of functions."""
    shared = (document.get("Globals") or {}).get("Function")
    return shared if isinstance(shared, dict) else {}


def _properties_of(
    kind: str, properties: Mapping[str, Any], shared: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for (owner, key), target in _TARGETS.items():
        if owner != kind:
            continue
        if kind == _FUNCTION:
            is_image = properties.get("PackageType", shared.get("PackageType")) == "Image"
            if is_image != (key == "ImageUri") or (not is_image and "InlineCode" in properties):
                continue
        yield key, target


def _is_remote(key: str, value: Value) -> bool:
    """Whether AWS's translator takes the value as it is."""
    if key == "Location":
        return isinstance(value, str)
    if isinstance(value, dict):
        return "Bucket" in value and "Key" in value
    return isinstance(value, str) and value.startswith("s3://")
