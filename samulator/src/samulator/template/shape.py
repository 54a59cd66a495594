"""The shape that a template has to have before anything in it is read."""

from collections.abc import Mapping
from typing import Any

from samulator.template.model import TemplateError, Value

_SECTIONS = ("Parameters", "Mappings", "Conditions", "Outputs", "Globals")


def check_sections(document: Mapping[str, Any]) -> None:
    """Every section is a map of maps. Raises TemplateError."""
    for section in _SECTIONS:
        for name, value in _map(document.get(section), section).items():
            if section != "Conditions" and not name.startswith("Fn::"):
                _map(value, f"{section}.{name}")


def check_resources(document: Mapping[str, Any]) -> None:
    """Every resource has a Type, and its attributes are of the kind that they should be.

    Raises TemplateError.
    """
    for name, resource in document["Resources"].items():
        where = f"Resources.{name}"
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise TemplateError(f"{where} has no Type")
        for attribute in ("Properties", "Metadata"):
            _map(resource.get(attribute), f"{where}.{attribute}")
        if not isinstance(resource.get("Condition", ""), str):
            raise TemplateError(f"{where}.Condition: expected the name of a condition")
        others = resource.get("DependsOn") or []
        listed = others if isinstance(others, list) else [others]
        if not all(isinstance(other, str) for other in listed):
            raise TemplateError(f"{where}.DependsOn: expected logical ids")


def _map(value: Value, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TemplateError(f"{where}: expected a map, got {_shown(value)}")
    return value


def _shown(value: Value) -> str:
    text = " ".join(str(value).split())
    return f"{text[:40]}…" if len(text) > 40 else text or "nothing"
