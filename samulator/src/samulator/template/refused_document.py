"""What of a template as a whole loads here and is refused by a deployment.

Sources: AWS SAM Developer Guide, "AWS SAM template anatomy" (Transform is required), and
CloudFormation User Guide, "DependsOn attribute".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.model import Value
from samulator.template.nearest import suggestion

_TRANSFORM, _SERVERLESS = "AWS::Serverless-2016-10-31", "AWS::Serverless::"


def missing_transform(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line where a template as it is written has types of SAM and does not say so."""
    if _TRANSFORM in _names(document.get("Transform")):
        return
    of_sam = (
        f"{logical_id} is an {resource['Type']}"
        for logical_id, resource in document["Resources"].items()
        if isinstance(resource, dict) and str(resource.get("Type")).startswith(_SERVERLESS)
    )
    if first := next(of_sam, None):
        yield f"Transform: AWS refuses this: {first}, which needs `Transform: {_TRANSFORM}`"


def unresolved_dependencies(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each DependsOn of a translated template that names no resource of it."""
    resources = document["Resources"]
    for logical_id, resource in resources.items():
        for other in _listed(resource.get("DependsOn")):
            if other not in resources:
                place = resource.get("Origin", logical_id)
                reason = f"the template has no resource {other}{suggestion(other, resources)}"
                yield f"{place}.DependsOn: AWS refuses this: {reason}"


def _names(transforms: Value) -> list[str]:
    """Transforms by their names, which may have parameters."""
    return [
        str(each.get("Name") if isinstance(each, dict) else each) for each in _listed(transforms)
    ]


def _listed(value: Value) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
